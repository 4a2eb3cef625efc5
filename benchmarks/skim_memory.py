"""Peak memory of a skim job against the size of its input.

    python benchmarks/skim_memory.py [ntuple] [--gigabytes 1 20] [--one-file]

The ntuple is read under as many names as make up each size, or, with ``--one-file``, its events are
written over and over into one file of that size, uncompressed. Each skim is a process of its own;
the last line compares the peaks of the largest and the smallest input. The tables that are written
need nearly as much space as the input.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import awkward as ak
import uproot

from hepchain.config.root import read_configuration
from hepchain.config.samples import Role
from hepchain.io import write_json
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim

ROOT = Path(__file__).parents[1]
CHAIN = "soft_electrons"
GB = 1e9
EVENTS_OF_A_CLUSTER = 1000
COLLECTIONS = ("truth_electron", "truth_track", "electron", "jet", "track")


def peak_of(ntuples: list[str], folder: str, answers: SimpleQueue[int]) -> None:
    """Skim and put the largest resident memory of this process [kB]."""
    outputs = {key: f"{folder}/{key}" for key in ("events", "tracks", "report")}
    normalisation = f"{folder}/normalisation.json"
    write_json(normalisation, {"weight_per_generated": 1.0})
    ntuple_map = str(ROOT / "config/ntuples/hepchain.yaml")
    settings = SkimSettings.of(CHAIN, read_configuration().load(CHAIN), Role.BACKGROUND)
    skim(ntuples, ntuple_map, normalisation, settings, outputs)
    answers.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def names_of(ntuple: Path, size: float, folder: Path) -> list[str]:
    """Links to the ntuple that are of this size together [bytes]."""
    paths = [
        folder / f"{number}.root" for number in range(max(1, round(size / ntuple.stat().st_size)))
    ]
    for path in paths:
        path.symlink_to(ntuple)
    return list(map(str, paths))


def one_file(ntuple: Path, size: float, folder: Path) -> list[str]:
    """A file of about this size with the first events of the ntuple over and over."""
    with uproot.open(ntuple) as file:
        branches = file["events"].arrays(entry_stop=EVENTS_OF_A_CLUSTER, library="ak", how=dict)
    columns = {name: values for name, values in branches.items() if values.ndim == 1}
    for collection in COLLECTIONS:
        names = [n for n in branches if n.startswith(f"{collection}_") and branches[n].ndim == 2]
        columns[collection] = ak.zip({n.removeprefix(f"{collection}_"): branches[n] for n in names})
        for name in names:
            branches.pop(name)
    columns |= {
        name: values for name, values in branches.items() if values.ndim == 2 and name[0] != "n"
    }
    path = folder / "one.root"
    with uproot.recreate(path, compression=None) as file:
        file.mktree("events", {name: ak.type(values).content for name, values in columns.items()})
        while path.stat().st_size < size:
            file["events"].extend(columns)
        file["metadata"] = '{"sum_of_weights": 1.0, "cross_section_pb": 1.0}'
    return [str(path)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "ntuple",
        nargs="?",
        type=Path,
        default="results/soft_electrons/simulation/wenu_jets/ntuple-0.root",
    )
    parser.add_argument("--gigabytes", nargs="+", type=float, default=[1.0, 20.0])
    parser.add_argument("--one-file", action="store_true")
    options = parser.parse_args()
    context, make = multiprocessing.get_context("spawn"), one_file if options.one_file else names_of
    peaks = {}
    for gigabytes in options.gigabytes:
        with tempfile.TemporaryDirectory() as folder:
            ntuples = make(options.ntuple.resolve(), gigabytes * GB, Path(folder))
            size = sum(Path(path).stat().st_size for path in ntuples) / GB
            answers = context.SimpleQueue()
            process = context.Process(target=peak_of, args=(ntuples, folder, answers))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)
            peaks[size] = answers.get() * 1024 / 1e6
        print(f"{size:.2f} GB in {len(ntuples)} files: {peaks[size]:.0f} MB at most", flush=True)
    smallest, largest = min(peaks), max(peaks)
    change = 100.0 * (peaks[largest] / peaks[smallest] - 1.0)
    print(f"{largest:.2f} against {smallest:.2f} GB: {change:+.1f} %")


if __name__ == "__main__":
    main()
