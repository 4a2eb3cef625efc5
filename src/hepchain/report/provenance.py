"""Where the numbers of a report come from: versions, commit, time and memory of the stages."""

from __future__ import annotations

import csv
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from hepchain.report.tables import Table
from hepchain.training import environment


@dataclass(frozen=True)
class Use:
    """Jobs, their time [s] and the largest memory of one [MB]."""

    jobs: int = 0
    seconds: float = 0.0
    memory: float = 0.0

    def __add__(self, other: Use) -> Use:
        return Use(
            self.jobs + other.jobs,
            self.seconds + other.seconds,
            max(self.memory, other.memory),
        )

    @property
    def time(self) -> str:
        """Time in words, in the unit that fits."""
        for size, unit in ((3600.0, "h"), (60.0, "min")):
            if self.seconds >= size:
                return f"{self.seconds / size:.1f} {unit}"
        return f"{self.seconds:.0f} s"


def uses(folder: Path, rules: Mapping[str, Sequence[str]], prefix: str) -> dict[str, Use]:
    """Stage -> what its jobs took, by the benchmark files of their rules.

    Parameters
    ----------
    folder : of the benchmarks, ``{rule}.tsv`` or ``{rule}/{job}.tsv``
    rules : stage -> names of its rules in the workflow, which begin with ``prefix``
    """
    return {
        stage: sum((_use(folder, name.removeprefix(prefix)) for name in names), Use())
        for stage, names in rules.items()
    }


def _use(folder: Path, rule: str) -> Use:
    files = [folder / f"{rule}.tsv", *sorted((folder / rule).rglob("*.tsv"))]
    return sum((_measured(path) for path in files if path.is_file()), Use())


def _measured(path: Path) -> Use:
    """One job; jobs too short to be measured have a hyphen for their memory."""
    with path.open(newline="") as file:
        row = next(csv.DictReader(file, delimiter="\t"))
    memory = row["max_rss"]
    return Use(1, float(row["s"]), float(memory) if re.match(r"\d", memory) else 0.0)


def use_table(found: Mapping[str, Use]) -> Table:
    """A row a stage, and one for all."""
    named = [*found.items(), ("all", sum(found.values(), Use()))]
    columns = ["Stage", "Jobs", "Time of all jobs", "Largest memory of a job [MB]"]
    rows = [[name, str(use.jobs), use.time, f"{use.memory:.0f}"] for name, use in named]
    return Table("Time and memory by stage", columns, rows)


def versions() -> Table:
    """This package, Python, and what the package requires, as installed here."""
    required = [re.split(r"[^\w.-]", line)[0] for line in metadata.requires("hepchain") or []]
    names = ["hepchain", *sorted(dict.fromkeys(required), key=str.lower)]
    installed = environment.versions(*names)
    rows = [["system", platform.platform(terse=True)], *map(list, installed.items())]
    return Table("Versions", ["Package", "Version"], rows)


def commit(folder: Path) -> str:
    """Commit of the source tree, with ``-dirty`` if files differ from it; empty without git."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
