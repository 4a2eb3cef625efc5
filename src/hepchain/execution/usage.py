"""What a job used: said in one line of its log when it ends, and read from there.

The benchmarks of Snakemake are samples, every half second at first and every 30 seconds later, so
that they miss the peak of a short job and the end of a long one. A process knows its own peak.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

MARK = "used: "
"""What the line begins with, behind time and level."""

MEGABYTE = 1_000_000
ROUNDS = ("epochs", "trees")
"""Settings of a tagger that say how often a training passes over its tracks, at most."""

DRAWN_FROM = "library"
"""Name of inputs that a job only draws from: its time does not grow with them."""


@dataclass(frozen=True)
class Usage:
    """What a job was, what it was given and what it used.

    Attributes
    ----------
    rule, wildcards : which job
    threads, gpu, asked_mb : what was reserved; ``asked_mb`` None without a request
    cpu_seconds : of all threads
    memory_mb : peak of the resident memory of the stage's own process [MB]
    work : natural size of the job, :func:`work_of`
    input_mb : all inputs [MB]
    output_mb : each output [MB], by :func:`output_names`
    """

    rule: str
    wildcards: dict[str, str]
    threads: int
    gpu: int
    asked_mb: float | None
    cpu_seconds: float
    memory_mb: float
    work: float
    input_mb: float
    output_mb: dict[str, float]

    def line(self) -> str:
        """As it stands in the log."""
        return MARK + json.dumps(asdict(self))

    @classmethod
    def in_log(cls, text: str) -> Self | None:
        """What the last such line of a log says; None if it has none."""
        for line in reversed(text.splitlines()):
            _, found, content = line.partition(f" INFO {MARK}")
            if found:
                try:
                    return cls(**json.loads(content))
                except (ValueError, TypeError):
                    return None
        return None


def usage_of(snakemake: Any) -> Usage:
    """What this process has used, for the job that the ``snakemake`` object of a script describes.

    To be called when the outputs are there.
    """
    sizes = {str(path): size_mb(str(path)) for path in (*snakemake.input, *snakemake.output)}
    asked = snakemake.resources.get("mem_mb")
    return Usage(
        rule=str(snakemake.rule),
        wildcards={name: str(value) for name, value in snakemake.wildcards.items()},
        threads=int(snakemake.threads),
        gpu=int(snakemake.resources.get("gpu", 0)),
        asked_mb=None if asked is None else float(asked),
        cpu_seconds=round(time.process_time(), 2),
        memory_mb=round(peak_memory_mb(), 1),
        work=_rounded(work_of(snakemake.params, snakemake.input, sizes)),
        input_mb=_rounded(sum(sizes[str(path)] for path in snakemake.input)),
        output_mb={
            name: _rounded(sizes[path]) for name, path in output_names(snakemake.output).items()
        },
    )


def work_of(params: Any, inputs: Any, sizes: Mapping[str, float]) -> float:
    """Natural size of a job, which its time grows with.

    Events, of a job that makes some from nothing; of others the size of their inputs [MB], without
    a library that they only draw from. Of a training: that size, without the fold that is left
    out, times the number of epochs or trees at most.

    Parameters
    ----------
    params, inputs : of the job, as Snakemake has them
    sizes : path of each input -> size [MB]
    """
    if not len(inputs):
        return float(getattr(params, "events", 0.0))
    library = set(_named(inputs, DRAWN_FROM))
    work = sum(sizes[str(path)] for path in inputs if str(path) not in library)
    settings: Mapping[str, float] = getattr(params, "settings", {})
    rounds = max((settings[name] for name in ROUNDS if name in settings), default=None)
    if rounds is None:
        return work
    folds = int(getattr(params, "folds", 0))
    return work * rounds * ((folds - 1) / folds if folds > 1 else 1.0)


def output_names(outputs: Iterable[object]) -> dict[str, str]:
    """Name -> output: names that jobs of a rule share, with more formats of a figure or fewer.

    >>> output_names(["a/mass.png", "a/mass.json", "a/workspace.json"])
    {'.png': 'a/mass.png', '.json': 'a/mass.json', '.json 2': 'a/workspace.json'}
    """
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for path in map(str, outputs):
        suffix = Path(path).suffix
        counts[suffix] = counts.get(suffix, 0) + 1
        found[f"{suffix} {counts[suffix]}" if counts[suffix] > 1 else suffix] = path
    return found


def _named(inputs: Any, name: str) -> Iterable[str]:
    found = getattr(inputs, name, ())
    return [found] if isinstance(found, str) else [str(path) for path in found]


class SizedPath(str):
    """Path of a file that is not there yet, with the size that is expected of it [MB]."""

    megabytes: float

    def __new__(cls, path: str, megabytes: float) -> Self:
        """A path with its size."""
        made = super().__new__(cls, path)
        made.megabytes = megabytes
        return made


def size_mb(path: str) -> float:
    """Size of a file, or of all files in a directory [MB]; 0 if there is none."""
    if isinstance(path, SizedPath):
        return path.megabytes
    place = Path(path)
    if place.is_dir():
        return sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / MEGABYTE
    return place.stat().st_size / MEGABYTE if place.exists() else 0.0


def peak_memory_mb() -> float:
    """Peak of this process' resident memory [MB].

    From ``VmHWM`` of proc(5); ``ru_maxrss`` would also know of the process it was forked from.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    return 0.0


def _rounded(value: float) -> float:
    """To six figures: the line is read by people as well."""
    return float(f"{value:.6g}")
