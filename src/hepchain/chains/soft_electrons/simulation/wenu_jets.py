"""W -> e nu with a hard jet: the background, polarised as the matrix element has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pythia8mc import RotBstMatrix, Vec4

from hepchain.seeds import integer_seed
from hepchain.simulation.generation.events import HardProcess
from hepchain.simulation.generation.particles import ELECTRON
from hepchain.simulation.generation.pythia import ISR_VARIATIONS, PythiaRun, Settings, ShowerVeto
from hepchain.simulation.generation.record import EventRecord, Floats, Integers
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource, SampleKeys

W = 24
AFTER_RESONANCE_DECAYS = 5
"""What Pythia calls the shower of the decay products when it asks about a veto."""

MIN_PT_HAT = 110.0
"""GeV; initial-state radiation lifts the W to the missing momentum that is asked for."""

SETTINGS: Settings = {
    "WeakBosonAndParton:qqbar2Wg": "on",
    "WeakBosonAndParton:qg2Wq": "on",
    "PhaseSpace:pTHatMin": MIN_PT_HAT,
    f"{W}:onMode": "off",
    f"{W}:onIfAny": ELECTRON,
    **ISR_VARIATIONS,
}

EARLY_SCALE = 45.0
"""GeV; when the shower has come down to this scale the recoil of the W is nearly final."""


@dataclass(frozen=True)
class Window:
    """Range of the leptons of a W [GeV]."""

    electron_pt: tuple[float, float]
    electron_abs_eta: float
    neutrino_pt: float

    def contains(self, electron: Any, neutrino: Any) -> bool:
        """Whether Pythia's vectors or particles of the two lie within."""
        low, high = self.electron_pt
        return bool(
            low < electron.pT() < high
            and neutrino.pT() > self.neutrino_pt
            and abs(electron.eta()) < self.electron_abs_eta
        )


HARD_PROCESS = Window(electron_pt=(1.0, 30.0), electron_abs_eta=3.5, neutrino_pt=0.0)
"""Before the shower, which moves the electron by little if it is soft."""
EARLY = Window(electron_pt=(3.6, 17.0), electron_abs_eta=2.8, neutrino_pt=165.0)
"""At ``EARLY_SCALE``: the rest of the shower changes the W, radiation the electron."""
FINAL = Window(electron_pt=(4.0, 13.0), electron_abs_eta=2.6, neutrino_pt=172.0)
"""After all radiation. Reconstructed electrons are selected between 4.5 and 10 GeV; the neutrino is
allowed less than ``MIN_TRUTH_MET`` for what other neutrinos may add.

Of events with missing momentum above 200 GeV and an electron of 4.5 to 10 GeV, 3.4 +- 0.7 % are
lost, nearly all with an electron that was harder and radiated a photon at a large angle
(``benchmarks/generation.py losses``)."""


class SoftElectronVeto(ShowerVeto):
    """Keep events with a soft electron and a hard neutrino, given up as early as possible.

    The full shower costs by far the most. Pythia decays the W before it and lets the leptons follow
    the W afterwards; so they are known at any stage of the shower from the momentum the W has then.
    """

    def __init__(
        self, hard_process: Window = HARD_PROCESS, early: Window = EARLY, final: Window = FINAL
    ) -> None:
        super().__init__(EARLY_SCALE)
        self.hard_process, self.early, self.final = hard_process, early, final
        self._hard: tuple[Any, Any, Any] | None = None

    def vetoes(self, process: Any) -> bool:
        """Whether the leptons of the hard process are far off."""
        # The decay products of the only resonance come last; a search would cost as much as Pythia.
        electron, neutrino = in_order(process[process.size() - 2], process[process.size() - 1])
        if not self.hard_process.contains(electron, neutrino):
            return True
        momenta = (process[last_w(process)], electron, neutrino)
        self._hard = tuple(Vec4(particle.p()) for particle in momenta)
        return False

    def doVetoPT(self, position: int, event: Any) -> bool:
        """Whether the leptons would be out of range if the W did not change any more."""
        if position == AFTER_RESONANCE_DECAYS:
            return False
        return not self.early.contains(*self.predicted_leptons(event))

    def predicted_leptons(self, event: Any) -> tuple[Any, Any]:
        """Momenta of electron and neutrino, were the W to decay with the momentum it has now."""
        assert self._hard is not None, "Pythia asks about the hard process first"
        before, electron, neutrino = self._hard
        follow = RotBstMatrix()
        follow.bst(before, event[last_w(event)].p())
        moved = Vec4(electron), Vec4(neutrino)
        for momentum in moved:
            momentum.rotbst(follow)
        return moved

    def doVetoPartonLevel(self, event: Any) -> bool:
        """Whether electron or neutrino are out of range after all radiation."""
        return not self.final.contains(*leptons_of_w(event))


def last_w(event: Any) -> int:
    """Entry of the last copy of the W in a Pythia event."""
    return next(index for index in range(event.size() - 1, 0, -1) if event[index].idAbs() == W)


def in_order(first: Any, second: Any) -> tuple[Any, Any]:
    """Electron and neutrino of the two."""
    return (first, second) if first.idAbs() == ELECTRON else (second, first)


def leptons_of_w(event: Any) -> tuple[Any, Any]:
    """Final electron and neutrino of the W in a Pythia event at parton level."""
    w = event[last_w(event)]
    electron, neutrino = in_order(event[w.daughter1()], event[w.daughter2()])
    return event[electron.iBotCopyId()], event[neutrino.iBotCopyId()]


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


def source(sample_name: str, sample: SampleKeys, part: int, seed: int) -> WenuSource:
    """W -> e nu events of one job."""
    pythia_seed = integer_seed(seed, sample_name, part, "pythia")
    return WenuSource(PythiaRun(SETTINGS, pythia_seed, SoftElectronVeto()))
