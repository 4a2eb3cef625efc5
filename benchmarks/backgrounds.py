"""Which backgrounds matter: cross-sections of events that look like those with a signal's electron.

    python benchmarks/backgrounds.py [--events 1500] [PROCESS ...]

Complete Pythia events, without the detector: missing momentum above 200 GeV, a jet above 100 GeV,
exactly one electron above 4.5 GeV within |eta| < 2.47, and that below 10 GeV. Of each process the
cross-section, as generated (leading order) times the factor of ``PROCESSES``, by where the electron
is from; ``near`` within 1.0 of the missing momentum in azimuth; ``isolated`` if other charged
particles within 0.3 have less than 0.3 of its momentum, ``b-jet`` if a b hadron above 20 GeV
within |eta| < 2.5 is in the event. The selection of the chain asks for neither; the published
region (SR-E-1l1T of arXiv:1911.12606) has isolated electrons and no b-jet.

``--events`` are those after the veto on neutrinos and taus, half a minute of one core a thousand.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import pandas as pd

from hepchain.selection.kinematics import delta_phi, delta_r
from hepchain.simulation.generation.events import missing_momentum
from hepchain.simulation.generation.jets import find_jets
from hepchain.simulation.generation.particles import ELECTRON, PHOTON, Ancestors, is_charged
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun, Settings
from hepchain.simulation.generation.record import Booleans, EventRecord, Integers

NEUTRINOS, TAU, W, Z = (12, 14, 16), 15, 24, 23
MIN_HARD_MET, MIN_PARTON_LEVEL_MET = 100.0, 170.0
"""GeV, of neutrinos and taus together, which a tau with a soft electron nearly is."""
MET, JET_PT = 200.0, 100.0
ELECTRON_PT, MAX_ABS_ETA = (4.5, 10.0), 2.47
CONE, LARGEST_SHARE, NEAR = 0.3, 0.3, 1.0
SEED = 5


def decays(particle: int, products: str) -> Settings:
    return {f"{particle}:onMode": "off", f"{particle}:onIfAny": products}


W_JET: Settings = {
    "WeakBosonAndParton:qqbar2Wg": "on",
    "WeakBosonAndParton:qg2Wq": "on",
    "PhaseSpace:pTHatMin": 110.0,
}
Z_JET: Settings = {
    "WeakBosonAndParton:qqbar2gmZg": "on",
    "WeakBosonAndParton:qg2gmZq": "on",
    "PhaseSpace:pTHatMin": 110.0,
}
OF_W = 1.30
"""NNLO over Pythia, benchmarks/wenu_normalisation.py; taken for the Z as well."""

PROCESSES: dict[str, tuple[Settings, float]] = {
    "W -> e nu": ({**W_JET, **decays(W, "11")}, OF_W),
    "W -> tau nu, tau -> e": ({**W_JET, **decays(W, "15"), **decays(TAU, "11")}, OF_W * 0.1782),
    "W -> mu nu": ({**W_JET, **decays(W, "13")}, OF_W),
    "Z -> tau tau": ({**Z_JET, **decays(Z, "15")}, OF_W),
    "Z -> nu nu": ({**Z_JET, "WeakZ0:gmZmode": 2, **decays(Z, "12 14 16")}, OF_W),
    # 832 pb, NNLO + NNLL (top++ 2.0, Czakon and Mitov, arXiv:1112.5675), over Pythia's 508 pb.
    "top pairs": ({"Top:gg2ttbar": "on", "Top:qqbar2ttbar": "on"}, 1.64),
    # 118.7, 50.0 and 16.9 pb, NNLO (arXiv:1408.5243, 1604.08576, 1405.2219; from memory), over
    # Pythia's.
    "WW": ({"WeakDoubleBoson:ffbar2WW": "on"}, 1.85),
    "WZ": ({"WeakDoubleBoson:ffbar2ZW": "on"}, 1.9),
    "ZZ": ({"WeakDoubleBoson:ffbar2gmZgmZ": "on", "WeakZ0:gmZmode": 2}, 1.7),
}
"""Name -> settings of Pythia, factor to the best cross-section and of decays that are forced."""


class Veto(CountingHooks):
    """Events whose neutrinos and taus can give the missing momentum."""

    def vetoes(self, process: Any) -> bool:
        return largest_missing_momentum(process) < MIN_HARD_MET

    def canVetoPartonLevel(self) -> bool:
        return True

    def doVetoPartonLevel(self, event: Any) -> bool:
        return largest_missing_momentum(event) < MIN_PARTON_LEVEL_MET


def largest_missing_momentum(event: Any) -> float:
    px = py = 0.0
    for index in range(event.size() - 1, 4, -1):
        particle = event[index]
        if particle.isFinal() and particle.idAbs() in (*NEUTRINOS, TAU):
            px += particle.px()
            py += particle.py()
    return float(np.hypot(px, py))


@dataclass(frozen=True)
class Found:
    """Electrons of events that are selected, shape (n,) each."""

    origin: list[str]
    near: Booleans
    isolated: Booleans
    b_jet: Booleans


def selected(record: EventRecord) -> Found:
    met, met_phi = missing_momentum(record)
    jets = find_jets(record)
    leading = ak.to_numpy(ak.fill_none(ak.max(jets.pt, axis=1), 0.0))
    entry = np.flatnonzero(
        record.final & (np.abs(record.pdg_id) == ELECTRON) & (record.pt > ELECTRON_PT[0])
    )
    entry = entry[np.abs(record.eta[entry]) < MAX_ABS_ETA]
    event = record.event[entry]
    number = np.bincount(event, minlength=len(record))
    passes = (met > MET) & (leading > JET_PT) & (number == 1)
    entry = entry[passes[event] & (record.pt[entry] < ELECTRON_PT[1])]
    event = record.event[entry]
    azimuth = np.arctan2(record.py[entry], record.px[entry])
    parents = record.pdg_id[Ancestors.of(record, entry).parent]
    return Found(
        [origin_of(int(parent)) for parent in parents],
        np.abs(delta_phi(azimuth, met_phi[event])) < NEAR,
        np.array([is_isolated(record, int(index)) for index in entry], dtype=np.bool_),
        with_b_hadron(record)[event],
    )


def origin_of(parent: int) -> str:
    number = abs(parent)
    named = {W: "W", Z: "Z", TAU: "tau", PHOTON: "photon"}
    digits = [number // 10**place % 10 for place in (1, 2, 3)]
    heavy = "b hadron" if 5 in digits else "c hadron" if 4 in digits else "light hadron"
    return named.get(number, heavy)


def is_isolated(record: EventRecord, entry: int) -> bool:
    event = record.event[entry]
    rows: Integers = np.arange(record.offsets[event], record.offsets[event + 1])
    rows = rows[record.final[rows] & (record.pt[rows] > 0.5) & (rows != entry)]
    rows = rows[[is_charged(int(number)) for number in record.pdg_id[rows]]]
    azimuth = np.arctan2(record.py[rows], record.px[rows])
    own = np.arctan2(record.py[entry], record.px[entry])
    distance = delta_r(record.eta[rows], azimuth, record.eta[entry], own)
    return bool(record.pt[rows][distance < CONE].sum() < LARGEST_SHARE * record.pt[entry])


def with_b_hadron(record: EventRecord) -> Booleans:
    number = np.abs(record.pdg_id)
    b = (number > 100) & (number < 1_000_000) & (record.pt > 20.0)
    b &= (number // 100 % 10 == 5) | (number // 1000 % 10 == 5)
    b[b] = np.abs(record.eta[b]) < 2.5
    return record.sum_by_event(np.ones(len(b)), b) > 0


def table(name: str, events: int) -> pd.DataFrame:
    settings, factor = PROCESSES[name]
    run = PythiaRun(settings, SEED, Veto())
    counts: Counter[tuple[str, ...]] = Counter()
    seen = 0
    while seen < events:
        record = run.next_events(min(250, events - seen), 10**6)
        seen += len(record)
        found = selected(record)
        for row, origin in enumerate(found.origin):
            words = (
                "near" if found.near[row] else "far",
                "isolated" if found.isolated[row] else "not isolated",
                "b-jet" if found.b_jet[row] else "no b-jet",
            )
            counts[(origin, *words)] += 1
    section = run.cross_section()
    assert section is not None
    size = 1000.0 * factor * section.value / run.trials
    rows = [
        (name, *key, number, number * size, number**0.5 * size) for key, number in counts.items()
    ]
    columns = ["process", "electron of", "azimuth", "cone", "jets", "events", "fb", "error"]
    return pd.DataFrame(rows, columns=columns).sort_values("fb", ascending=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("processes", nargs="*", metavar="PROCESS", help=", ".join(PROCESSES))
    parser.add_argument("--events", type=int, default=1500)
    options = parser.parse_args()
    if unknown := [name for name in options.processes if name not in PROCESSES]:
        parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join(PROCESSES)}")
    found = [table(name, options.events) for name in options.processes or PROCESSES]
    every = pd.concat(found)
    print(every.to_string(index=False, float_format="{:.1f}".format))
    print("\nPer process [fb], in the published region (isolated, no b-jet) and in all:")
    published = (every["cone"] == "isolated") & (every["jets"] == "no b-jet")
    every["square"] = every["error"] ** 2
    for title, chosen in (("all", every), ("published region", every[published])):
        if chosen.empty:
            print(f"\n{title}: no event")
            continue
        sums = chosen.pivot_table(["fb", "square"], "process", "azimuth", "sum", fill_value=0)
        sums["square"] = sums["square"] ** 0.5
        print(f"\n{title}\n{sums.rename(columns={'square': 'error'}).round(1).to_string()}")


if __name__ == "__main__":
    main()
