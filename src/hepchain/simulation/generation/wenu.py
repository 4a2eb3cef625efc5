"""W -> e nu with a hard jet: the background, polarised as the matrix element has it."""

from __future__ import annotations

from typing import Any

import numpy as np

from hepchain.seeds import integer_seed
from hepchain.simulation.generation.events import HardProcess
from hepchain.simulation.generation.particles import ELECTRON
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun, Settings
from hepchain.simulation.generation.record import EventRecord, Floats, Integers
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource

W = 24
NEUTRINO = 12

MIN_PT_HAT = 125.0
"""GeV; initial-state radiation lifts the W to the missing momentum that is asked for."""

SETTINGS: Settings = {
    "WeakBosonAndParton:qqbar2Wg": "on",
    "WeakBosonAndParton:qg2Wq": "on",
    "PhaseSpace:pTHatMin": MIN_PT_HAT,
    f"{W}:onMode": "off",
    f"{W}:onIfAny": ELECTRON,
}

MAX_HARD_ELECTRON_PT = 20.0
"""GeV; of the electron in the hard process: the shower changes it by little if it is soft."""
MAX_HARD_ELECTRON_ABS_ETA = 3.0

EARLY_SCALE = 45.0
"""GeV; when the shower has come down to this scale the recoil of the W is nearly final ..."""
EARLY_MIN_PT = 155.0
"""... and events are given up where it is below this."""

ELECTRON_PT_RANGE = (4.0, 13.0)
"""GeV; of the electron after radiation. Reconstructed ones are selected between 4.5 and 10 GeV."""
MAX_ELECTRON_ABS_ETA = 2.6
MIN_NEUTRINO_PT = 172.0
"""GeV; below MIN_TRUTH_MET by what other neutrinos may add."""


class SoftElectronVeto(CountingHooks):
    """Keep events with a soft electron and a hard neutrino."""

    def vetoes(self, process: Any) -> bool:
        """Whether the electron of the hard process is too hard or too far forward."""
        for index in range(process.size() - 1, 0, -1):
            particle = process[index]
            if particle.idAbs() == ELECTRON:
                return bool(
                    particle.pT() > MAX_HARD_ELECTRON_PT
                    or abs(particle.eta()) > MAX_HARD_ELECTRON_ABS_ETA
                )
        return True

    def canVetoPT(self) -> bool:
        """Ask for :meth:`doVetoPT`."""
        return True

    def scaleVetoPT(self) -> float:
        """Scale of the shower at which Pythia asks [GeV]."""
        return EARLY_SCALE

    def doVetoPT(self, position: int, event: Any) -> bool:
        """Whether the W recoils too little; its decay is not in the event yet."""
        return bool(event[last_w(event)].pT() < EARLY_MIN_PT)

    def canVetoPartonLevel(self) -> bool:
        """Ask for :meth:`doVetoPartonLevel`."""
        return True

    def doVetoPartonLevel(self, event: Any) -> bool:
        """Whether electron or neutrino are out of range after all radiation."""
        electron, neutrino = leptons_of_w(event)
        low, high = ELECTRON_PT_RANGE
        return not (
            low < electron.pT() < high
            and abs(electron.eta()) < MAX_ELECTRON_ABS_ETA
            and neutrino.pT() > MIN_NEUTRINO_PT
        )


def last_w(event: Any) -> int:
    """Entry of the last copy of the W in a Pythia event."""
    return next(index for index in range(event.size() - 1, 0, -1) if event[index].idAbs() == W)


def leptons_of_w(event: Any) -> tuple[Any, Any]:
    """Final electron and neutrino of the W in a Pythia event at parton level."""
    w = event[last_w(event)]
    daughters = (event[w.daughter1()], event[w.daughter2()])
    first, second = (event[daughter.iBotCopyId()] for daughter in daughters)
    return (first, second) if first.idAbs() == ELECTRON else (second, first)


class WenuSource(PythiaSource):
    """W -> e nu events with the decay angle."""

    def __init__(self, run: PythiaRun, min_truth_met: float = MIN_TRUTH_MET) -> None:
        super().__init__(run, min_truth_met)

    def complete(self, record: EventRecord) -> tuple[EventRecord, HardProcess]:
        """The events as they are, with W and decay angle."""
        w, lepton = w_and_lepton(record)
        return record, HardProcess.of(
            len(record),
            system_pt=np.hypot(record.px[w], record.py[w]),
            cos_theta_star=cos_theta_star(record, w, lepton),
        )


def w_and_lepton(record: EventRecord) -> tuple[Integers, Integers]:
    """Entries of the decaying W and of its charged lepton before radiation, shape (n,) each."""
    pdg_id = np.abs(record.pdg_id)
    lepton = np.flatnonzero((pdg_id == ELECTRON) & (pdg_id[record.mother] == W))
    return record.mother[lepton], lepton


def cos_theta_star(record: EventRecord, w: Integers, lepton: Integers) -> Floats:
    """Cosine of the angle of the lepton in the W rest frame to the W's direction in the lab."""
    momentum = np.sqrt(record.px[w] ** 2 + record.py[w] ** 2 + record.pz[w] ** 2)
    along = (
        record.px[w] * record.px[lepton]
        + record.py[w] * record.py[lepton]
        + record.pz[w] * record.pz[lepton]
    ) / momentum
    mass2 = record.energy[w] ** 2 - momentum**2
    # Component along the W in its rest frame, over the lepton's momentum there, half the mass.
    cosine = 2 * (along * record.energy[w] - momentum * record.energy[lepton]) / mass2
    clipped: Floats = np.clip(cosine, -1.0, 1.0)
    return clipped


def source(sample_name: str, part: int, seed: int) -> WenuSource:
    """W -> e nu events of one job."""
    pythia_seed = integer_seed(seed, sample_name, part, "pythia")
    return WenuSource(PythiaRun(SETTINGS, pythia_seed, SoftElectronVeto()))
