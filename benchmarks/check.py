"""Check of many files without their values, in processor time a file.

    python benchmarks/check.py [ntuple] [--files 1000] [--map config/ntuples/hepchain.yaml]

One file is checked under as many names, so that every one of them is opened and its header read.
Processor time is that of this process and of those that it starts.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from hepchain.config.root import read_configuration
from hepchain.config.samples import Role
from hepchain.skimming.check import check_files
from hepchain.skimming.settings import SkimSettings

ROOT = Path(__file__).parents[1]


def processor_time() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "ntuple", nargs="?", default="results/soft_electrons/simulation/wenu_jets/ntuple-0.root"
    )
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--map", default=str(ROOT / "config/ntuples/hepchain.yaml"))
    options = parser.parse_args()
    chain = "soft_electrons"
    settings = SkimSettings.of(chain, read_configuration().load(chain), Role.BACKGROUND)
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{number}.root" for number in range(options.files)]
        for path in paths:
            Path(path).symlink_to(Path(options.ntuple).resolve())
        start, used = time.perf_counter(), processor_time()
        usable = sum(file.usable for file in check_files(paths, options.map, settings))
        wall, used = time.perf_counter() - start, processor_time() - used
    print(f"{usable} of {len(paths)} files usable")
    print(f"{wall:.1f} s, {1e3 * used / len(paths):.1f} ms of processor time a file")


if __name__ == "__main__":
    main()
