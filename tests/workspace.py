"""A copy of the repository to run Snakemake in, apart from the checkout and its results."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent

CHAIN = "soft_electrons"
RESULTS = f"results/{CHAIN}"
SMOKE = f"config/{CHAIN}/smoke.yaml"
"""The smallest configuration of the chain."""


@dataclass(frozen=True)
class Run:
    """A finished command: exit status, both outputs together, seconds it took."""

    status: int
    output: str
    seconds: float


@dataclass(frozen=True)
class Workspace:
    """A copy of the repository. What runs in it imports the copied package."""

    root: Path

    @property
    def results(self) -> Path:
        """Results of the chain."""
        return self.root / RESULTS

    def environment(self) -> dict[str, str]:
        # Compiled modules are kept: each job would compile them anew.
        left_out = ("SNAKEMAKE_", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(left_out)
        }
        return inherited | {"PYTHONPATH": str(self.root / "src")}

    def run(self, *command: str, timeout: float = 1800) -> Run:
        """Run a module."""
        return self.python("-m", *command, timeout=timeout)

    def python(self, *arguments: str, timeout: float = 1800) -> Run:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Run(done.returncode, done.stdout, time.perf_counter() - start)

    def snakemake(self, *arguments: str, cores: int = 2, timeout: float = 1800) -> Run:
        return self.run("snakemake", "--cores", str(cores), *arguments, timeout=timeout)

    def smoke(self, *arguments: str, cores: int = 2, timeout: float = 1800) -> Run:
        """Run the smallest configuration."""
        options = ["--configfile", SMOKE, "--cores", str(cores)]
        return self.run("snakemake", *options, *arguments, timeout=timeout)

    def planned(self, *arguments: str) -> dict[str, int]:
        """Rule -> number of jobs that a run of the smallest configuration would start."""
        run = self.smoke("--dry-run", "--quiet", "rules", *arguments)
        assert run.status == 0, run.output
        return job_counts(run.output)

    def write_config(self, name: str, content: object) -> str:
        """Write a config file that extends the default run of the chain, return its path."""
        path = self.root / name
        path.write_text(yaml.safe_dump({CHAIN: content}))
        return name


def job_counts(output: str) -> dict[str, int]:
    """Rule of the chain -> number of jobs, from the table that Snakemake prints."""
    table = output.partition("Job stats:")[2].partition("\ntotal")[0]
    rows = [line.split() for line in table.splitlines()]
    return {
        row[0].removeprefix(f"{CHAIN}_"): int(row[1])
        for row in rows
        if len(row) == 2 and row[1].isdigit() and row[0] not in ("all", CHAIN)
    }


def copy_repository(target: Path) -> Workspace:
    """Copy what is, or could be, under version control."""
    for name in repository_files():
        source, copy = REPOSITORY / name, target / name
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    return Workspace(target)


def copy_of_run(run: Workspace, target: Path) -> Workspace:
    """Copy the repository together with the results of a run, as old as they are."""
    workspace = copy_repository(target)
    for name in ("results", ".snakemake"):
        shutil.copytree(run.root / name, target / name, dirs_exist_ok=True)
    return workspace


def repository_files() -> list[str]:
    """Paths of what is, or could be, under version control, relative to the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]
