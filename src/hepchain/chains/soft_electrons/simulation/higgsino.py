"""Pairs of higgsinos, pp -> N2 N1, with N2 -> N1 e e."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.electroweakinos.pair_decay import FourVector, decay
from hepchain.errors import ConfigError
from hepchain.seeds import generator, integer_seed
from hepchain.simulation.generation.events import HardProcess
from hepchain.simulation.generation.particles import ELECTRON
from hepchain.simulation.generation.pythia import (
    BEAMS,
    ISR_VARIATIONS,
    CountingHooks,
    PythiaRun,
    Settings,
    ShowerVeto,
)
from hepchain.simulation.generation.record import AddedParticles, EventRecord, Integers
from hepchain.simulation.generation.source import MIN_TRUTH_MET, PythiaSource, SampleKeys

N1, N2 = 1000022, 1000023

SETTINGS: Settings = {
    "SUSY:qqbar2chi0chi0": "on",
    "SUSY:idA": N2,
    "SUSY:idB": N1,
    # Decayed here, with the line shape of the virtual Z.
    f"{N2}:mayDecay": "off",
    f"{N1}:mayDecay": "off",
    **ISR_VARIATIONS,
}

EARLY_SCALE = 45.0
"""GeV; when the shower has come down to this scale the recoil of the pair is nearly final ..."""
EARLY_MIN_PT = 155.0
"""... and events are given up where it is below this: 0.2 +- 0.1 % of those with missing momentum
above 180 GeV (``benchmarks/generation.py losses``)."""
PARTON_LEVEL_MIN_PT = 170.0
"""GeV; pT of the pair after the shower, below which the event is not hadronised. The electrons take
and neutrinos add a few GeV before missing momentum is cut on."""

LARGEST_SPLITTING = 60.0
"""GeV; nearer to the mass of the Z its width, which the line shape neglects, matters."""
SMALLEST_MASS = 45.0
"""GeV; a lighter higgsino would be seen in decays of the Z."""

HEAVY = 4000.0
"""GeV; mass of all other supersymmetric particles."""


class RecoilVeto(ShowerVeto):
    """Give up events whose N2 N1 pair recoils too little, as early as the shower tells."""

    def __init__(
        self,
        scale: float = EARLY_SCALE,
        early: float = EARLY_MIN_PT,
        parton_level: float = PARTON_LEVEL_MIN_PT,
    ) -> None:
        super().__init__(scale)
        self.early = early
        self.parton_level = parton_level

    def doVetoPT(self, position: int, event: Any) -> bool:
        """Whether the pair recoils too little at that scale."""
        return pair_pt(event) < self.early

    def doVetoPartonLevel(self, event: Any) -> bool:
        """Whether the pair recoils too little after all radiation."""
        return pair_pt(event) < self.parton_level


def pair_pt(event: Any) -> float:
    """Transverse momentum of the N2 N1 pair in a Pythia event [GeV]."""
    px = py = 0.0
    missing = 2
    for index in range(event.size() - 1, 0, -1):
        particle = event[index]
        if particle.idAbs() in (N1, N2) and particle.isFinal():
            px += particle.px()
            py += particle.py()
            missing -= 1
            if missing == 0:
                break
    return float(np.hypot(px, py))


class HiggsinoSource(PythiaSource):
    """N2 N1 events with the decay of the N2 added."""

    def __init__(self, run: PythiaRun, masses: HiggsinoMasses, random: np.random.Generator) -> None:
        super().__init__(run, min_truth_met=MIN_TRUTH_MET)
        self.masses = masses
        self._random = random

    def complete(self, record: EventRecord) -> tuple[EventRecord, HardProcess]:
        """Decay the N2 of every event."""
        n2 = _entry_of(record, N2)
        pair = _momentum(record, n2) + _momentum(record, _entry_of(record, N1))
        products = decay(_momentum(record, n2), self.masses.n2, self.masses.n1, self._random)
        numbers = (N1, ELECTRON, -ELECTRON)
        added = AddedParticles(
            mother=n2,
            pdg_id=np.tile(np.array(numbers, dtype=np.int64), (len(record), 1)),
            px=np.stack([product.px for product in products], axis=1),
            py=np.stack([product.py for product in products], axis=1),
            pz=np.stack([product.pz for product in products], axis=1),
            energy=np.stack([product.energy for product in products], axis=1),
        )
        hard = HardProcess.of(
            len(record),
            system_pt=np.hypot(pair.px, pair.py),
            m_ee=(products[1] + products[2]).mass,
        )
        return record.append(added), hard


def _entry_of(record: EventRecord, pdg_id: int) -> Integers:
    """Entry of the one final particle of this kind in each event, shape (n,)."""
    return np.flatnonzero(record.final & (np.abs(record.pdg_id) == pdg_id))


def _momentum(record: EventRecord, entries: Integers) -> FourVector:
    return FourVector(
        record.px[entries], record.py[entries], record.pz[entries], record.energy[entries]
    )


def check_masses(sample_name: str, sample: SampleKeys) -> HiggsinoMasses:
    """Masses that can be generated.

    Raises
    ------
    ConfigError : none given, or out of the range in which the model of the decay holds
    """
    where = f"samples.{sample_name}.masses"
    if sample.get("masses") is None:
        raise ConfigError(f"{where}: the process higgsino needs {{n2: ..., n1: ...}}")
    masses = HiggsinoMasses.model_validate(sample["masses"])
    largest = float(BEAMS["Beams:eCM"]) / 4
    if not (masses.n1 >= SMALLEST_MASS and masses.n2 <= largest):
        raise ConfigError(
            f"{where}: {masses.n2} and {masses.n1} GeV; both must lie between {SMALLEST_MASS} "
            f"(lighter ones are excluded by the width of the Z) and {largest} GeV"
        )
    if masses.splitting > LARGEST_SPLITTING:
        raise ConfigError(
            f"{where}: splitting {masses.splitting:g} GeV; up to {LARGEST_SPLITTING} GeV the Z is "
            "virtual and the model of its decay holds"
        )
    return masses


def source(sample_name: str, sample: SampleKeys, part: int, seed: int) -> HiggsinoSource:
    """Higgsino pairs of one job.

    Raises
    ------
    ConfigError : the masses cannot be generated
    """
    masses = check_masses(sample_name, sample)
    run = start(masses, integer_seed(seed, sample_name, part, "pythia"), RecoilVeto())
    return HiggsinoSource(run, masses, generator(seed, sample_name, part, "decay"))


def start(
    masses: HiggsinoMasses, pythia_seed: int, hooks: CountingHooks, extra: Settings | None = None
) -> PythiaRun:
    """Pythia set up for N2 N1 pairs of these masses."""
    with tempfile.TemporaryDirectory() as directory:
        card = Path(directory) / "spectrum.slha"
        card.write_text(spectrum(masses))
        settings = {**SETTINGS, "SLHA:file": str(card), **(extra or {})}
        return PythiaRun(settings, pythia_seed, hooks)


def spectrum(masses: HiggsinoMasses) -> str:
    """SUSY Les Houches card of a pure higgsino (Skands et al., hep-ph/0311123).

    N1 and N2 are the combinations of the two neutral higgsinos, N2 with a negative mass eigenvalue,
    the charginos lie between them and everything else is heavy. Pythia needs tan(beta) (MINPAR 3)
    and the higgsino mass parameter (HMIX) to compute couplings.
    """
    chargino = (masses.n1 + masses.n2) / 2
    squarks_and_gluino = [base + flavour for base in (1000000, 2000000) for flavour in range(1, 7)]
    heavy = [1000021, 1000025, 1000035, 1000037, *squarks_and_gluino]
    half = 0.70710678
    blocks = {
        "MODSEL": ["1 0"],
        "MINPAR": ["3 10.0"],
        "HMIX": [f"1 {masses.n1}", "2 10.0"],
        "MASS": [
            f"{N1} {masses.n1}",
            f"{N2} {-masses.n2}",
            f"1000024 {chargino}",
            *[f"{number} {HEAVY}" for number in heavy],
        ],
        "NMIX": _matrix([[0, 0, half, -half], [0, 0, half, half], [1, 0, 0, 0], [0, 1, 0, 0]]),
        "UMIX": _matrix([[0, 1], [1, 0]]),
        "VMIX": _matrix([[0, 1], [1, 0]]),
    }
    lines = [
        line
        for name, rows in blocks.items()
        for line in (f"BLOCK {name}", *(f"  {row}" for row in rows))
    ]
    stable = [f"DECAY {number} 0.0" for number in (N1, N2)]
    return "\n".join([*lines, *stable]) + "\n"


def _matrix(rows: list[list[float]]) -> list[str]:
    return [f"{i} {j} {value}" for i, row in enumerate(rows, 1) for j, value in enumerate(row, 1)]
