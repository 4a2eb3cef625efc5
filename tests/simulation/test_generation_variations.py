"""Weights of shower variations: conservation of probability, effect, indifference to vetoes."""

from __future__ import annotations

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.simulation import higgsino, wenu_jets
from hepchain.simulation.generation.processes import minimum_bias
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun
from hepchain.simulation.generation.record import EventRecord, Floats
from hepchain.simulation.generation.variations import VariationWeights

PARTON_LEVEL = {"HadronLevel:all": "off", "PartonLevel:MPI": "off"}
MASSES = HiggsinoMasses(n2=153.0, n1=150.0)
MIN_PT = 90.0
"""GeV; of the pair, with vetoes placed below as those of the production are below their cut"""


def recoil(record: EventRecord) -> Floats:
    """Transverse momentum of the pair [GeV]."""
    pair = record.final & np.isin(np.abs(record.pdg_id), (higgsino.N1, higgsino.N2))
    return np.hypot(record.sum_by_event(record.px, pair), record.sum_by_event(record.py, pair))


def error(weights: npt.NDArray[np.floating]) -> float:
    return weights.std() / len(weights) ** 0.5


@pytest.fixture(scope="module")
def plain() -> EventRecord:
    run = higgsino.start(MASSES, 5, CountingHooks(), PARTON_LEVEL)
    return run.next_events(7000, 0)


@pytest.fixture(scope="module")
def wenu_events() -> EventRecord:
    return PythiaRun({**wenu_jets.SETTINGS, **PARTON_LEVEL}, 5).next_events(2500, 0)


@pytest.mark.parametrize("name", ["isr_up", "isr_down"])
@pytest.mark.parametrize("process", ["plain", "wenu_events"])
@pytest.mark.thorough
def test_the_shower_conserves_probability(
    request: pytest.FixtureRequest, process: str, name: str
) -> None:
    weights = getattr(request.getfixturevalue(process).variations, name)
    assert np.all(weights > 0)
    assert weights.std() > 0.1
    assert abs(weights.mean() - 1) < 4 * error(weights)


@pytest.mark.thorough
def test_halved_scale_radiates_more(plain: EventRecord) -> None:
    hard = recoil(plain) > MIN_PT
    up, down = plain.variations.isr_up[hard], plain.variations.isr_down[hard]
    assert up.mean() > 1 + 4 * error(up)
    assert down.mean() < 1 - 4 * error(down)


@pytest.mark.thorough
def test_vetoes_do_not_bias_the_weights(plain: EventRecord) -> None:
    """Kept over all hard processes: the same yield, nominal and varied, with and without vetoes."""
    veto = higgsino.RecoilVeto(early=75.0, parton_level=MIN_PT)
    run = higgsino.start(MASSES, 6, veto, PARTON_LEVEL)
    vetoed = run.next_events(800, 0)
    hard = recoil(plain) > MIN_PT
    assert np.all(recoil(vetoed) > MIN_PT - 1e-6)
    for name in ("isr_up", "isr_down"):
        one = getattr(vetoed.variations, name)
        other = getattr(plain.variations, name)[hard]
        assert abs(one.mean() - other.mean()) < 4 * np.hypot(error(one), error(other))
        yields = one.sum() / run.trials, other.sum() / len(plain)
        errors = (np.sqrt((w**2).sum()) / w.sum() for w in (one, other))
        assert abs(yields[0] / yields[1] - 1) < 4 * np.hypot(*errors)


def test_other_processes_are_not_varied() -> None:
    weights = PythiaRun(minimum_bias.SETTINGS, 5).next_events(3, 0).variations
    assert weights.isr_up.tolist() == weights.isr_down.tolist() == [1, 1, 1]


def test_weights_are_relative_to_the_nominal_and_found_by_name() -> None:
    batch = ak.Array({"info": {"weights": [[2.0, 9.0, 3.0, 1.0], [1.0, 9.0, 0.5, 4.0]]}})
    batch = ak.zip({"info": ak.zip({"weights": batch["info", "weights"]}, depth_limit=1)})
    weights = VariationWeights.from_pythia(batch, ["Weight", "other", "isr_down", "isr_up"])
    assert weights.isr_down.tolist() == [1.5, 0.5]
    assert weights.isr_up.tolist() == [0.5, 4.0]
    kept = weights.take(np.array([False, True]))
    assert (kept.isr_up.tolist(), kept.isr_down.tolist()) == ([4.0], [0.5])
    assert VariationWeights.from_pythia(batch, ["Weight"]).isr_up.tolist() == [1, 1]
    assert len(VariationWeights.from_pythia(batch[:0], ["Weight", "isr_up"]).isr_up) == 0
