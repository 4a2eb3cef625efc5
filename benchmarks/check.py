"""Check of many files, as `hepchain ntuple check` does it, against a bar and bare uproot.

    python benchmarks/check.py [ntuple ...] [--files 1000] [--map config/ntuples/hepchain.yaml]

The ntuples are checked under as many names, in turn, so that every one of them is opened and its
header read. Processor time is that of this process and of those that it starts. What it is compared
with is the time that one process takes to open files with uproot and to ask for their branches.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.root import read_configuration
from hepchain.config.samples import Role
from hepchain.skimming.many import check_files, told
from hepchain.skimming.settings import SkimSettings

ROOT = Path(__file__).parents[1]
CHAIN = "soft_electrons"
BAR = 20.0
"""Seconds for 1,000 files on two cores."""
BARE = 100
"""Files that bare uproot opens, at most."""


def processor_time() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def bare(paths: Sequence[str], tree: str) -> float:
    """Processor time a file [s] to open it and to have the names of its branches."""
    start = time.process_time()
    for path in paths:
        with uproot.open(path) as file:
            file[tree].keys()
    return (time.process_time() - start) / len(paths)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "ntuples", nargs="*", default=["results/soft_electrons/simulation/wenu_jets/ntuple-0.root"]
    )
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--map", default=str(ROOT / "config/ntuples/hepchain.yaml"))
    options = parser.parse_args()
    settings = SkimSettings.of(CHAIN, read_configuration().load(CHAIN), Role.BACKGROUND)
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{number}.root" for number in range(options.files)]
        for number, path in enumerate(paths):
            ntuple = options.ntuples[number % len(options.ntuples)]
            Path(path).symlink_to(Path(ntuple).resolve())
        start, used = time.perf_counter(), processor_time()
        usable = sum(file.usable for file in check_files(paths, options.map, settings))
        wall, used = time.perf_counter() - start, processor_time() - used
        alone = bare(paths[:BARE], load_block(options.map, NtupleMap).tree)
    print(f"{usable} of {len(paths)} files usable; {told(len(paths), all_values=False)}")
    print(f"bare uproot: {1e3 * alone:.1f} ms of processor time a file, in one process")
    print(f"check: {1e3 * used / len(paths):.1f} ms of processor time a file")
    print(
        f"{wall:.1f} s, bar {BAR * len(paths) / 1000:.1f} s; bare uproot {alone * len(paths):.1f}"
    )


if __name__ == "__main__":
    main()
