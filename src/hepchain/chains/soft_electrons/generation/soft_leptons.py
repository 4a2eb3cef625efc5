"""Events with large missing momentum and a soft electron, whatever process they are of."""

from __future__ import annotations

from typing import Any

import numpy as np

from hepchain.seeds import integer_seed
from hepchain.simulation.generation.events import GeneratedEvents, HardProcess, missing_momentum
from hepchain.simulation.generation.particles import ELECTRON
from hepchain.simulation.generation.pythia import (
    ISR_VARIATIONS,
    CountingHooks,
    PythiaRun,
    Settings,
)
from hepchain.simulation.generation.record import Booleans, EventRecord
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource, SampleKeys

NEUTRINOS = (12, 14, 16)
TAU = 15

MIN_HARD_MET = 100.0
"""GeV; largest missing momentum that the leptons of the hard process can give, below which it is
dropped: initial-state radiation lifts it to the one that is asked for."""
MIN_PARTON_LEVEL_MET = 170.0
"""GeV; the same after all radiation. Neutrinos of hadrons may add a few GeV."""

ELECTRON_PT = (4.0, 13.0)
"""GeV; reconstructed electrons are selected between 4.5 and 10 GeV."""
MAX_ABS_ETA = 2.6


class MissingMomentumVeto(CountingHooks):
    """Keep events whose neutrinos and taus can give the missing momentum.

    A tau counts as a whole: with a soft electron nearly all of it is missing.
    """

    def vetoes(self, process: Any) -> bool:
        """Whether the hard process is far off."""
        return largest_missing_momentum(process) < MIN_HARD_MET

    def canVetoPartonLevel(self) -> bool:
        """Ask for :meth:`doVetoPartonLevel`."""
        return True

    def doVetoPartonLevel(self, event: Any) -> bool:
        """Whether the event is off after all radiation."""
        return largest_missing_momentum(event) < MIN_PARTON_LEVEL_MET


def largest_missing_momentum(event: Any) -> float:
    """Transverse momentum of all final neutrinos and taus of a Pythia event [GeV]."""
    px = py = 0.0
    for index in range(event.size() - 1, 4, -1):
        particle = event[index]
        if particle.isFinal() and particle.idAbs() in (*NEUTRINOS, TAU):
            px += particle.px()
            py += particle.py()
    return float(np.hypot(px, py))


class SoftElectronSource(PythiaSource):
    """Events with missing momentum and a generated electron that may be selected."""

    def __init__(self, settings: Settings, seed: int) -> None:
        run = PythiaRun({**settings, **ISR_VARIATIONS}, seed, MissingMomentumVeto())
        super().__init__(run, MIN_TRUTH_MET)

    def next_events(self, size: int, kept: int) -> GeneratedEvents:
        """As :meth:`.PythiaSource.next_events`; events without such an electron are dropped."""
        record = self.run.next_events(size, kept)
        met, _ = missing_momentum(record)
        chosen = record.select((met >= self.min_truth_met) & has_soft_electron(record))
        return GeneratedEvents.from_record(chosen, HardProcess.of(len(chosen)))


def has_soft_electron(record: EventRecord) -> Booleans:
    """Whether an event has a final electron that may be selected, of any origin; shape (n,)."""
    electron = record.final & (np.abs(record.pdg_id) == ELECTRON)
    low, high = ELECTRON_PT
    electron &= (record.pt > low) & (record.pt < high)
    electron[electron] = np.abs(record.eta[electron]) < MAX_ABS_ETA
    result: Booleans = record.sum_by_event(np.ones(len(electron)), electron) > 0
    return result


def soft_electrons(
    settings: Settings, sample_name: str, part: int, seed: int
) -> SoftElectronSource:
    """Events of one job of a process with these settings."""
    return SoftElectronSource(settings, integer_seed(seed, sample_name, part, "pythia"))
