"""The skim of an ntuple against a bare uproot read of the same branches, in processor time.

    python benchmarks/skim.py [ntuple] [--runs 5]

Reading, conversion, checks of values, cone sums and writing of both tables are part of the skim,
and the comparison with the checksum where there is one. The two alternate; the last line has the
medians. The first of either is not counted, but told: it imports what it needs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.root import read_configuration
from hepchain.config.samples import Role
from hepchain.io import write_json
from hepchain.skimming.mapping import branches_of
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim

ROOT = Path(__file__).parents[1]


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def settings_of_default() -> SkimSettings:
    chain = "soft_electrons"
    return SkimSettings.of(chain, read_configuration().load(chain), Role.BACKGROUND)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "ntuple", nargs="?", default="results/soft_electrons/simulation/wenu_jets/ntuple-0.root"
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    map_path = str(ROOT / "config/ntuples/hepchain.yaml")
    ntuple_map = load_block(map_path, NtupleMap)
    branches = branches_of(ntuple_map, ntuple_map.branches)
    settings = settings_of_default()

    def read() -> None:
        with uproot.open(options.ntuple) as file:
            file[ntuple_map.tree].arrays(branches)

    with tempfile.TemporaryDirectory() as folder:
        normalisation = f"{folder}/normalisation.json"
        write_json(normalisation, {"weight_per_generated": 1.0})
        outputs = {
            "events": f"{folder}/events.parquet",
            "tracks": f"{folder}/tracks.parquet",
            "report": f"{folder}/report.json",
        }

        def make() -> None:
            skim([options.ntuple], map_path, normalisation, settings, outputs)

        print(f"first: read {timed(read):.2f} s, skim {timed(make):.2f} s")
        pairs = [(timed(read), timed(make)) for _ in range(options.runs)]
    reads, skims = zip(*pairs, strict=True)
    ratio = median(slow / fast for fast, slow in pairs)
    print(f"read {median(reads):.2f} s, skim {median(skims):.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
