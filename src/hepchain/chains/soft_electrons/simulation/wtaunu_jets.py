"""W -> tau nu, tau -> e nu nu with a hard jet: a soft electron, and all the W's momentum missing.

The tau is decayed here, before the shower, so that events whose electron is out of range are given
up as early as those of W -> e nu. The record has its electron in the tau's place, at the vertex of
its decay: an electron of the hard process.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from pythia8mc import RotBstMatrix, Vec4

from hepchain.chains.soft_electrons.generation.tau_decay import MEAN_PATH, electron_of
from hepchain.chains.soft_electrons.simulation import wenu_jets
from hepchain.chains.soft_electrons.simulation.wenu_jets import (
    SoftElectronVeto,
    W,
    Window,
    last_w,
)
from hepchain.seeds import generator, integer_seed
from hepchain.simulation.generation.events import HardProcess
from hepchain.simulation.generation.particles import ELECTRON, Ancestors
from hepchain.simulation.generation.pythia import PythiaRun, Settings
from hepchain.simulation.generation.record import AddedParticles, EventRecord, Floats, Integers
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource, SampleKeys

TAU, NEUTRINO = 15, 16

SETTINGS: Settings = {
    **wenu_jets.SETTINGS,
    f"{W}:onIfAny": TAU,
    f"{TAU}:mayDecay": "off",
}


class SoftTauElectronVeto(SoftElectronVeto):
    """Keep events whose tau has a soft electron and whose neutrinos are hard, all as one."""

    def __init__(self, random: np.random.Generator, *windows: Window) -> None:
        super().__init__(*windows)
        self.electrons: dict[float, Any] = {}
        """Momentum px of the final tau of each kept event -> momentum of its electron."""
        self._random = random
        self._tau: Any = None

    def vetoes(self, process: Any) -> bool:
        """Whether the electron or the neutrinos of the hard process are far off."""
        tau, neutrino = in_order(process[process.size() - 2], process[process.size() - 1])
        w = process[last_w(process)].p()
        electron = electron_of(tau.p(), w, self._random)
        missing = neutrino.p() + tau.p() - electron
        if not self.hard_process.contains(electron, missing):
            return True
        self._hard, self._tau = (Vec4(w), electron, missing), Vec4(tau.p())
        return False

    def doVetoPartonLevel(self, event: Any) -> bool:
        """Whether electron or neutrinos are out of range after all radiation."""
        w = event[last_w(event)]
        tau, neutrino = (
            event[item.iBotCopyId()].p()
            for item in in_order(event[w.daughter1()], event[w.daughter2()])
        )
        electron = self._electron_of(tau)
        if not self.final.contains(electron, neutrino + tau - electron):
            return True
        self.electrons[tau.px()] = electron
        return False

    def _electron_of(self, tau: Any) -> Any:
        """The electron of the tau as it is now, the decay in its rest frame kept."""
        assert self._hard is not None, "Pythia asks about the hard process first"
        follow = RotBstMatrix()
        follow.bst(self._tau, tau)
        electron = Vec4(self._hard[1])
        electron.rotbst(follow)
        return electron


def in_order(first: Any, second: Any) -> tuple[Any, Any]:
    """Tau and neutrino of the two."""
    return (first, second) if first.idAbs() == TAU else (second, first)


class WtaunuSource(PythiaSource):
    """W -> tau nu events with an electron in the place of the tau."""

    def __init__(self, run: PythiaRun, veto: SoftTauElectronVeto, random: np.random.Generator):
        super().__init__(run, MIN_TRUTH_MET)
        self._veto = veto
        self._random = random

    def complete(self, record: EventRecord) -> tuple[EventRecord, HardProcess]:
        """Decay the tau of every event."""
        w, taus = taus_of_w(record)
        electrons = [self._veto.electrons[px] for px in record.px[taus]]
        self._veto.electrons.clear()
        momenta = np.array([[item.px(), item.py(), item.pz(), item.e()] for item in electrons])
        hard = HardProcess.of(len(record), system_pt=np.hypot(record.px[w], record.py[w]))
        paths = self._random.exponential(MEAN_PATH, len(taus))
        return with_electrons(record, w, taus, momenta.reshape(-1, 4).T, paths), hard


def taus_of_w(record: EventRecord) -> tuple[Integers, Integers]:
    """Entries of the decaying W and of its tau after radiation, shape (n,) each."""
    number = np.abs(record.pdg_id)
    tau = np.flatnonzero((number == TAU) & record.final)
    parent = Ancestors.of(record, tau).parent
    of_w = number[parent] == W
    return parent[of_w], tau[of_w]


def with_electrons(
    record: EventRecord, w: Integers, taus: Integers, electrons: Floats, paths: Floats
) -> EventRecord:
    """The events with the electrons of their taus.

    Parameters
    ----------
    w, taus : shape (n,), entries of the W and of its final tau
    electrons : shape (4, n), momentum and energy [GeV]
    paths : shape (n,), proper time of the tau times c [mm]

    Returns
    -------
    records whose taus of the W are electrons, the last one with the momentum given and from where
    the tau decayed. What the tau's neutrinos take together is one neutrino. Taus of hadrons, which
    are not decayed, are left out.
    """
    number = np.abs(record.pdg_id)
    tau = np.stack([record.px[taus], record.py[taus], record.pz[taus], record.energy[taus]])
    missing = tau - electrons
    mass = np.sqrt(np.maximum(tau[3] ** 2 - (tau[:3] ** 2).sum(axis=0), 1e-9))
    columns = {name: getattr(record, name).copy() for name in ("px", "py", "pz", "energy")}
    for row, values in enumerate(columns.values()):
        values[taus] = electrons[row]
    for row, name in enumerate(("vx", "vy", "vz")):
        columns[name] = getattr(record, name).copy()
        columns[name][taus] += paths * tau[row] / mass
    pdg_id, final = record.pdg_id.copy(), record.final & (number != TAU)
    charge = np.sign(record.pdg_id[taus])
    copies = taus
    while True:
        pdg_id[copies] = np.sign(pdg_id[copies]) * ELECTRON
        copies = record.mother[copies]
        copies = copies[number[copies] == TAU]
        if not len(copies):
            break
    final[taus] = True
    added = AddedParticles(
        w, (charge * NEUTRINO)[:, None], *(missing[row][:, None] for row in range(4))
    )
    return replace(record, pdg_id=pdg_id, final=final, **columns).append(added)


def source(sample_name: str, sample: SampleKeys, part: int, seed: int) -> WtaunuSource:
    """W -> tau nu events of one job."""
    veto = SoftTauElectronVeto(generator(seed, sample_name, part, "decays"))
    run = PythiaRun(SETTINGS, integer_seed(seed, sample_name, part, "pythia"), veto)
    return WtaunuSource(run, veto, generator(seed, sample_name, part, "paths"))
