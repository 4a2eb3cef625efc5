#!/usr/bin/env python3
"""Remove the results of all runs in this folder, and nothing else.

Run by ``make clean``; needs nothing but the standard library, and parses on Python 3.6. Snakemake
has written down which files its jobs have made; what else lies in results/ is left and listed.
Usage:

    python3 envs/clean.py [--environment]
"""

import argparse
import fcntl
import json
import shutil
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Iterator, List

ROOT = Path(__file__).resolve().parent.parent
RESULTS = "results"
RECORDS = ".snakemake"
OF_JOBS = ("metadata", "incomplete")
"""Folders of the records: a file for each output of a job, finished or not."""
BESIDE = (("*/logs", "*.log"), ("*/benchmarks", "*.tsv"))
"""Folders of what the jobs of a chain leave beside their outputs, and what it is called."""
REPORT = "*/provenance.html"
README = "README.md"
"""Part of the source tree."""
LOCK = RECORDS + "/hepchain-run.json"
MARK = ".hepchain.json"
"""In a folder that is an output: the files it was written with."""
OF_SNAKEMAKE = ".snakemake_timestamp"
STAMPS = (".venv/.complete", ".venv.begun")
"""One of them is there if envs/setup.py has made .venv."""
SHOWN = 20


def outputs() -> Iterator[Path]:
    """Outputs of all jobs of this folder, from the names of Snakemake's records."""
    for folder in (ROOT / RECORDS / name for name in OF_JOBS):
        for record in folder.rglob("*"):
            if record.is_file():
                parts = record.relative_to(folder).parts
                name = "".join(part[1:] if part.startswith("@") else part for part in parts)
                try:
                    yield ROOT / urlsafe_b64decode(name).decode()
                except ValueError:
                    continue


def made() -> Iterator[Path]:
    """Files below results/ that runs have made."""
    for path in outputs():
        if ROOT / RESULTS not in path.parents or ".." in path.parts:
            continue
        if path.is_dir() and not path.is_symlink():
            for name in files_of(path):
                yield path / name
        else:
            yield path
    for name, pattern in BESIDE:
        for folder in (ROOT / RESULTS).glob(name):
            yield from folder.rglob(pattern)
    yield from (ROOT / RESULTS).rglob(".*.partial-*")
    yield from (ROOT / RESULTS).glob(REPORT)


def files_of(folder: Path) -> List[str]:
    """Names of the files that a folder was written with."""
    try:
        names = json.loads((folder / MARK).read_text())
    except (OSError, ValueError):
        return []
    return [str(name) for name in names] + [MARK, OF_SNAKEMAKE]


def remove_results() -> List[Path]:
    """Remove what runs have made; returns what is left in results/."""
    for path in list(made()):
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(str(path))
    results = ROOT / RESULTS
    below = sorted(results.rglob("*"), reverse=True)
    for path in below:
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()
    left = sorted(path for path in results.rglob("*") if path.is_symlink() or not path.is_dir())
    return [path for path in left if path != results / README]


def is_running() -> bool:
    """Whether a run goes on here; it holds a lock."""
    try:
        with (ROOT / LOCK).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def remove_environment() -> None:
    """Remove .venv if envs/setup.py has made it."""
    if any((ROOT / name).exists() for name in STAMPS):
        shutil.rmtree(str(ROOT / ".venv"), ignore_errors=True)
        for note in ROOT.glob(STAMPS[1]):
            note.unlink()
    elif (ROOT / ".venv").exists():
        print("clean: .venv is left: it was not made by `make setup`")


def main() -> None:
    """Remove results, and if asked the environment."""
    parser = argparse.ArgumentParser(description="remove the results of all runs in this folder")
    parser.add_argument("--environment", action="store_true", help="also .venv")
    options = parser.parse_args()
    if is_running():
        sys.exit("clean: a run goes on in this folder; wait for its end or stop it first")
    left = remove_results()
    shutil.rmtree(str(ROOT / RECORDS), ignore_errors=True)
    if left:
        print("clean: {} files in results/ are left: no run here has made them".format(len(left)))
        for path in left[:SHOWN]:
            print("  {}".format(path.relative_to(ROOT)))
        print("  remove them yourself (`rm -r results`) if they are of no use")
    if options.environment:
        remove_environment()


if __name__ == "__main__":
    main()
