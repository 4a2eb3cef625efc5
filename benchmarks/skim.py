"""The skim of an ntuple against a bare uproot read of the same branches, in processor time.

    python benchmarks/skim.py [ntuple] [--runs 5]
    python benchmarks/skim.py nanoaod.root --map config/ntuples/nanoaod.yaml --events 50000

Reading, conversion, checks of values, cone sums and writing of both tables are part of the skim,
and the comparison with the checksum where there is one. The two alternate; the last line has the
medians. The first of either is not counted, but told: it imports what it needs. With ``--events``
the branches that the map names are first written over and over into a file of so many events. What
the map has no quantities for is not asked for: hits, and input variables.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import awkward as ak
import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.root import read_configuration
from hepchain.config.samples import Role
from hepchain.io import write_json
from hepchain.skimming.contract import OBJECT
from hepchain.skimming.mapping import branches_of
from hepchain.skimming.quality import NEEDED
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim

ROOT = Path(__file__).parents[1]
CHAIN = "soft_electrons"
EVENTS_OF_A_CLUSTER = 5000


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def settings_for(ntuple_map: NtupleMap) -> SkimSettings:
    """Those of the default run, without what the map has no quantities for."""
    settings = SkimSettings.of(CHAIN, read_configuration().load(CHAIN), Role.BACKGROUND)
    groups = {
        group: [name for name in names if f"{OBJECT}_{name}" in ntuple_map.branches]
        for group, names in settings.groups.items()
    }
    tracks = settings.tracks
    if not all(f"{OBJECT}_{name}" in ntuple_map.branches for name in NEEDED):
        tracks = tracks.model_copy(update={"quality": None})
    return replace(settings, groups=groups, tracks=tracks)


def written_over(ntuple: str, tree: str, branches: Sequence[str], events: int, path: str) -> None:
    """A file with the events of another over and over; lists of one object as one collection."""
    with uproot.open(ntuple) as file:
        arrays = file[tree].arrays(branches, library="ak", how=dict)
        times = max(1, EVENTS_OF_A_CLUSTER // file[tree].num_entries)
    columns: dict[str, ak.Array] = {}
    lists: dict[str, dict[str, ak.Array]] = defaultdict(dict)
    for name, values in arrays.items():
        values = ak.concatenate([values] * times)
        collection, _, member = name.partition("_")
        if values.ndim > 1 and member:
            lists[collection][member] = values
        else:
            columns[name] = values
    columns |= {collection: ak.zip(members) for collection, members in lists.items()}
    with uproot.recreate(path) as file:
        file.mktree(tree, {name: ak.type(values).content for name, values in columns.items()})
        while file[tree].num_entries < events:
            file[tree].extend(columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "ntuple", nargs="?", default="results/soft_electrons/simulation/wenu_jets/ntuple-0.root"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--map", default=str(ROOT / "config/ntuples/hepchain.yaml"))
    parser.add_argument("--events", type=int, help="default: those of the file, as it is")
    options = parser.parse_args()
    if not Path(options.ntuple).is_file():
        parser.exit(message=f"{options.ntuple}: not there, nothing is measured\n")
    with tempfile.TemporaryDirectory() as folder:
        measure(options, folder)


def measure(options: argparse.Namespace, folder: str) -> None:
    ntuple, ntuple_map = options.ntuple, load_block(options.map, NtupleMap)
    settings = settings_for(ntuple_map)
    with uproot.open(ntuple) as file:
        there = set(file[ntuple_map.tree].keys())
    asked = [name for name in ntuple_map.branches if name in settings.wanted(ntuple_map)]
    branches = [name for name in branches_of(ntuple_map, asked) if name in there]
    if options.events:
        ntuple = f"{folder}/ntuple.root"
        written_over(options.ntuple, ntuple_map.tree, branches, options.events, ntuple)
    normalisation = f"{folder}/normalisation.json"
    write_json(normalisation, {"weight_per_generated": 1.0})
    outputs = {key: f"{folder}/{key}" for key in ("events", "tracks", "report")}

    def read() -> None:
        with uproot.open(ntuple) as file:
            file[ntuple_map.tree].arrays(branches)

    def make() -> None:
        skim([ntuple], options.map, normalisation, settings, outputs)

    def pair() -> tuple[float, float]:
        both = timed(read), timed(make)
        for path in outputs.values():
            Path(path).unlink()
        return both

    print("first: read {:.2f} s, skim {:.2f} s".format(*pair()))
    pairs = [pair() for _ in range(options.runs)]
    reads, skims = zip(*pairs, strict=True)
    ratio = median(slow / fast for fast, slow in pairs)
    print(f"read {median(reads):.2f} s, skim {median(skims):.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
