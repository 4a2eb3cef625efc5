"""Generation and detector response of one part together: events and tracks per second and core.

    python benchmarks/simulation.py [--sample higgsino_153_150] [--events 1000] [--library 1000]

Start-up of Pythia and the reading of the pile-up library are part of the time. The last line
compares the response alone with reading its ntuple back with uproot, every branch of it: what
anybody who analyses the ntuple pays anyway.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from hepchain.config.loader import read_yaml
from hepchain.config.reading import load_block
from hepchain.io import read_parquet
from hepchain.simulation.generation.run import generate
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond

ROOT = Path(__file__).parents[1]
SEED = 11
ACCEPTED_MET = 200.0


def timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", default="higgsino_153_150")
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--library", type=int, default=1000)
    options = parser.parse_args()
    entries = read_yaml(ROOT / "config/soft_electrons/samples.yaml")
    sample = entries[options.sample]
    library_sample = sample["pileup"]
    parameters = load_block(ROOT / "config/detector/response.yaml", ResponseParameters)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library, table, summary, ntuple = (
            folder / file for file in ("library.parquet", "hard.parquet", "hard.json", "n.root")
        )
        generate(
            *(library_sample, entries[library_sample], 0, options.library, SEED),
            *(library, folder / "library.json"),
        )
        generation = timed(
            lambda: generate(
                options.sample, sample, 0, options.events, SEED, table, summary, "soft_electrons"
            )
        )
        response = timed(
            lambda: respond(
                options.sample,
                SEED,
                training=False,
                generated=table,
                metadata=summary,
                library=[library],
                parameters=parameters,
                output=ntuple,
            )
        )
        accepted = int(np.sum(read_parquet(table, ["truth_met"])["truth_met"] > ACCEPTED_MET))
        start = time.process_time()
        events = uproot.open(ntuple)["events"].arrays()
        reading = time.process_time() - start
        tracks = int(ak.sum(ak.num(events["track_pt"])))
    both = generation + response
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{options.sample}: {options.events / both:.1f} kept events per CPU second, "
        f"{accepted / both:.1f} with true ETmiss > {ACCEPTED_MET:.0f} GeV "
        f"(generation {generation:.1f} s, response {response:.1f} s, {memory:.0f} MiB)"
    )
    print(
        f"response: {tracks / response:.0f} tracks per CPU second, {tracks} tracks, "
        f"{response / reading:.1f} times the reading of its ntuple"
    )


if __name__ == "__main__":
    main()
