"""Masses that a search of dijets measures over the true ones, without background.

    python benchmarks/dijet_masses.py [--events 1500] [--seed 1]

Signals of several masses, simulated as those of the default run: the middle of the peak in the mass
of both jets within 400 GeV of the truth, and the peak of both jet masses, over the true masses. The
spread over the points is what `black_boxes.answer.scales` takes for the error of the scale.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np

from hepchain.chains.dijets.config.events import EventSample, Masses
from hepchain.chains.dijets.config.run import DijetsConfig
from hepchain.chains.dijets.data import Floats, read_tables
from hepchain.chains.dijets.events.generation import generate
from hepchain.chains.dijets.events.table import write_table
from hepchain.chains.dijets.resonance import jet_masses, peak
from hepchain.config.loader import load_chain
from hepchain.config.root import read_configuration

POINTS = ((3500, 500, 100), (3500, 350, 150), (4000, 600, 90), (4000, 400, 200), (4300, 700, 120))
"""Masses of A, B and C [GeV]."""
HALF_WINDOW = 400.0
"""Around the mass of A [GeV]."""


def ratios(masses: Masses, events: int, run: DijetsConfig, seed: int) -> Floats:
    """Reported over true masses of A, B and C, shape (3,)."""
    sample = EventSample(process="resonance", masses=masses, events=events)
    with TemporaryDirectory() as folder:
        path, table = (str(Path(folder) / name) for name in ("events.h5", "jets.parquet"))
        generate("signal", sample, 0, run.events.response, seed, path)
        write_table(path, False, 0, run.jets, table)
        columns = read_tables([table])
    mass = columns["mjj"]
    window = (masses.a - HALF_WINDOW, masses.a + HALF_WINDOW)
    inside = (mass >= window[0]) & (mass < window[1])
    once = np.ones((1, np.count_nonzero(inside)))
    none = np.zeros(once.shape[1])
    middle = peak(mass[inside], none, once, window, float(once.sum()))
    light = columns["mj1"][inside]
    lighter, heavier = jet_masses(light, light + columns["dmj"][inside], once)
    true = (masses.a, masses.b, masses.c)
    return np.array([middle[0], heavier[0], lighter[0]]) / true


def main() -> None:
    """Print the ratios of all points, their mean and their spread."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    run = cast(DijetsConfig, load_chain("dijets", read_configuration([]).chains["dijets"]))
    found = []
    for a, b, c in POINTS:
        found.append(ratios(Masses(a=a, b=b, c=c), given.events, run, given.seed))
        print(f"A {a}, B {b}, C {c} GeV:", *(f"{ratio:.3f}" for ratio in found[-1]), flush=True)
    print("mean:", *(f"{value:.3f}" for value in np.mean(found, axis=0)))
    print("spread:", *(f"{value:.3f}" for value in np.std(found, axis=0, ddof=1)))


if __name__ == "__main__":
    main()
