from __future__ import annotations

import awkward as ak
import numpy as np
import pandas as pd
import pytest

from hepchain.chains.soft_electrons.validation import composition, events
from hepchain.simulation.truth import TruthOrigin
from hepchain.validation.comparison import Comparison, Verdict
from hepchain.validation.known import Computed
from hepchain.validation.summaries import NOTHING
from tests.validation.gun_ntuples import known


def met_events(resolution: float, n: int = 40_000) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    sum_et, truth = rng.uniform(200.0, 700.0, n), rng.uniform(150.0, 400.0, n)
    phi = rng.uniform(-np.pi, np.pi, n)
    noise = resolution * np.sqrt(sum_et) * rng.normal(size=(2, n))
    x, y = truth * np.cos(phi) + noise[0], truth * np.sin(phi) + noise[1]
    met = np.hypot(x, y)
    trigger = np.array([0.95, 0.97, 0.98, 0.99, 0.99, 1.0])
    bins = np.digitize(met, (150.0, 170.0, 190.0, 210.0, 230.0, 300.0)) - 1
    return {
        "met": met, "met_phi": np.arctan2(y, x), "truth_met": truth, "truth_met_phi": phi,
        "sum_et": sum_et, "met_trigger_weight": trigger[np.maximum(bins, 0)],
        "mu": rng.gamma((34 / 12) ** 2, 144 / 34, n),
    }  # fmt: skip


def compared(**tables: pd.DataFrame) -> dict[str, Comparison]:
    """Comparisons by quantity; tables that are not given have no row."""
    blank = {
        "events": pd.DataFrame(dict.fromkeys(events.EVENT, np.zeros(0))),
        "components": pd.DataFrame({"residual": np.zeros(0), "sum_et": np.zeros(0)}),
        "pairs": pd.DataFrame({"x": np.zeros(0)}),
        "nearby": pd.DataFrame({"tracks": np.zeros(0)}),
        "isolation": pd.DataFrame({"passes": np.zeros(0)}),
    }
    file = known("events")
    computed = events.expected_pairs(file) | {"w_charge_ratio": Computed([NOTHING])}
    return {item.quantity: item for item in file.compare(blank | tables, computed)}


@pytest.mark.parametrize(("resolution", "verdict"), [(0.45, Verdict.AGREES), (0.55, None)])
def test_resolution_of_missing_momentum(resolution: float, verdict: Verdict | None) -> None:
    table = met_events(resolution)
    found = compared(events=pd.DataFrame(table), components=events.components(table))
    met = found["met_resolution"]
    assert met.simulated[np.isfinite(met.simulated)] == pytest.approx(resolution, rel=0.05)
    assert met.assessment.verdict is (verdict or Verdict.NOT_UNDERSTOOD)
    assert found["met_trigger"].assessment.verdict is Verdict.AGREES
    assert found["mu"].assessment.verdict is Verdict.AGREES


def test_masses_of_pairs_from_the_inverse_of_their_law() -> None:
    u = np.random.default_rng(2).random(100_000)
    masses = 3.0 * np.sqrt(1.0 - (1.0 - u) ** 0.4)
    found = compared(pairs=events.pairs(np.append(masses, np.nan), 3.0))
    for name in ("m_ee_shape", "m_ee_mean"):
        assert found[name].assessment.verdict is Verdict.AGREES
    assert np.mean(masses) / 3.0 == pytest.approx(0.491, abs=0.002)


def test_flat_phase_space_and_a_wrong_edge_are_found() -> None:
    u = np.random.default_rng(3).random(50_000)
    flat = 3.0 * np.sqrt(1.0 - (1.0 - u) ** (2.0 / 3.0))
    found = compared(pairs=events.pairs(flat, 3.0))
    shape, mean = found["m_ee_shape"], found["m_ee_mean"]
    assert mean.simulated[0] == pytest.approx(0.589, abs=0.004)
    assert shape.assessment.verdict is mean.assessment.verdict is Verdict.NOT_UNDERSTOOD
    assert compared(pairs=events.pairs(flat, 2.8))["m_ee_mean"].simulated[1] > 0.01


def test_pileup_tracks_near_the_first_electron() -> None:
    table = {
        "event": np.array([1, 1, 1, 1, 2, 2, 3, 3, 3.0]),
        "truth_track_origin": np.array([1, 2, 2, 2, 2, 2, 1, 1, 2.0]),
        "truth_track_is_pileup": np.array([0, 1, 1, 1, 1, 0, 0, 0, 1.0]),
        "track_z0": np.array([5.0, 5.4, 4.51, 6.0, 0.0, 0.0, 1.0, 9.0, 9.0]),
    }
    assert events.nearby_tracks(table).tolist() == [2.0, 0.0]
    nearby = pd.DataFrame({"tracks": np.tile(events.nearby_tracks(table), 2)})
    assert compared(nearby=nearby)["pileup_tracks"].simulated[0] == pytest.approx(1.0)
    assert np.isnan(compared()["pileup_tracks"].simulated[0])


def test_isolation_of_tracks_whose_partner_is_far() -> None:
    pairs = ak.Array(
        {
            "event_number": [1, 2, 3, 4],
            "truth_electron_eta": [[0.0, 1.0], [0.0, 0.1], [0.0], [0.0, 0.0]],
            "truth_electron_phi": [[0.0, 0.0], [0.0, 0.1], [0.0], [3.1, -3.1]],
        }
    )
    far = events.partners_far([pairs])
    assert far == {1: True, 2: False, 4: False}
    hard = TruthOrigin.HARD_ELECTRON
    tracks = ak.Array(
        {
            "event_number": [1, 1, 1, 2, 3],
            "pt": [2.0, 2.0, 2.0, 2.0, 2.0],
            "ptcone30_1000": [0.0, 1.5, 0.0, 0.0, 0.0],
            "truth_origin": [hard, hard, 2, hard, hard],
            "truth_is_pileup": [0, 0, 0, 0, 0],
        }
    )
    assert events.isolated([tracks], far).tolist() == [1.0, 0.0]
    passes = pd.DataFrame({"passes": np.repeat([1.0, 0.0], [85, 15])})
    assert compared(isolation=passes)["isolation"].simulated[0] == pytest.approx(0.85)


def test_charge_ratio() -> None:
    charges = np.repeat([1.0, -1.0], [2700, 1000])
    found = events.charge_ratio(charges)
    assert found.value == pytest.approx(2.7)
    assert found.error == pytest.approx(2.7 * np.sqrt(1 / 2700 + 1 / 1000))
    assert np.isnan(events.charge_ratio(np.ones(3)).value)


def shares(**tables: dict[str, np.ndarray]) -> dict[str, Comparison]:
    """Comparisons of the composition, by quantity or selection."""
    blank = {
        "electrons": {name: np.zeros(0) for name in composition.ELECTRONS},
        "candidates": {name: np.zeros(0) for name in composition.CANDIDATES},
    }
    found = composition.compare(**(blank | tables), known=known("composition"))
    return {item.selection or item.quantity: item for item in found}


def test_shares_of_categories_and_kinds() -> None:
    names = np.repeat(["trt_calorimeter", "calorimeter", "trt", "silicon"], [520, 240, 160, 80])
    electrons = {"category": names, "weight": np.ones(1000), "pt": np.full(1000, 0.7)}
    found = shares(electrons=electrons)
    assert found["category_shares"].simulated.tolist() == pytest.approx([0.52, 0.24, 0.16, 0.08])
    assert found["category_shares"].assessment.verdict is Verdict.AGREES
    spectrum = found["electron_pt"]
    assert spectrum.simulated.tolist() == pytest.approx([1.0, 0.0, 0.0, 0.0, 0.0])
    assert spectrum.assessment.verdict is Verdict.NO_REFERENCE


def test_kinds_are_weighted() -> None:
    code = np.repeat([211, -321, 2212, 11], [1000, 100, 100, 10])
    table = {
        "truth_pdg_id": code,
        "truth_is_pileup": (np.arange(1210) % 2).astype(float),
        "weight": np.where(np.abs(code) == 321, 2.0, 1.0),
    }
    found = {name: item.simulated[0] for name, item in shares(candidates=table).items()}
    assert found["kaons"] == pytest.approx(200 / 1310)
    assert found["protons"] == pytest.approx(100 / 1310)
    assert found["muons"] == 0.0
    assert found["pile-up"] == pytest.approx(0.5, abs=0.01)
