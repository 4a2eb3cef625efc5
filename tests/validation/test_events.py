from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest

from hepchain.errors import InputError
from hepchain.truth import TruthOrigin
from hepchain.validation import composition, events
from hepchain.validation.comparison import Verdict


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


@pytest.mark.parametrize(("resolution", "verdict"), [(0.45, Verdict.AGREES), (0.55, None)])
def test_resolution_of_missing_momentum(resolution: float, verdict: Verdict | None) -> None:
    found, trigger = events.missing_momentum(met_events(resolution))
    assert found.simulated[np.isfinite(found.simulated)] == pytest.approx(resolution, rel=0.05)
    assert found.assessment.verdict is (verdict or Verdict.NOT_UNDERSTOOD)
    assert trigger.assessment.verdict is Verdict.AGREES


def test_collisions() -> None:
    assert events.collisions(met_events(0.45)).assessment.verdict is Verdict.AGREES


def test_masses_of_pairs_from_the_inverse_of_their_law() -> None:
    u = np.random.default_rng(2).random(100_000)
    masses = 3.0 * np.sqrt(1.0 - (1.0 - u) ** 0.4)
    for found in events.electron_pairs(np.append(masses, np.nan), 3.0):
        assert found.assessment.verdict is Verdict.AGREES
    assert np.mean(masses) / 3.0 == pytest.approx(0.491, abs=0.002)


def test_flat_phase_space_and_a_wrong_edge_are_found() -> None:
    u = np.random.default_rng(3).random(50_000)
    flat = 3.0 * np.sqrt(1.0 - (1.0 - u) ** (2.0 / 3.0))
    shape, mean = events.electron_pairs(flat, 3.0)
    assert mean.simulated[0] == pytest.approx(0.589, abs=0.004)
    assert shape.assessment.verdict is mean.assessment.verdict is Verdict.NOT_UNDERSTOOD
    assert events.electron_pairs(flat, 2.8)[1].simulated[1] > 0.01


def test_pileup_tracks_near_the_first_electron() -> None:
    table = {
        "event": np.array([1, 1, 1, 1, 2, 2, 3, 3, 3.0]),
        "truth_track_origin": np.array([1, 2, 2, 2, 2, 2, 1, 1, 2.0]),
        "truth_track_is_pileup": np.array([0, 1, 1, 1, 1, 0, 0, 0, 1.0]),
        "track_z0": np.array([5.0, 5.4, 4.51, 6.0, 0.0, 0.0, 1.0, 9.0, 9.0]),
    }
    assert events.nearby_tracks(table).tolist() == [2.0, 0.0]
    found = events.pileup_tracks([table, table])
    assert found.simulated[0] == pytest.approx(1.0)
    assert np.isnan(events.pileup_tracks([]).simulated[0])


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
    assert events.isolation_counts([tracks], far) == (1.0, 2.0)
    assert events.isolation(85.0, 100.0).simulated[0] == pytest.approx(0.85)


def test_charge_ratio() -> None:
    polarised, even = np.repeat([1.0, -1.0], [2700, 1000]), np.tile([1.0, -1.0], 2000)
    assert events.charge_ratio(polarised).assessment.verdict is Verdict.AGREES
    assert events.charge_ratio(even).assessment.verdict is Verdict.NOT_UNDERSTOOD
    assert np.isnan(events.charge_ratio(np.ones(3)).simulated[0])


def test_splitting_from_the_file_of_samples(tmp_path: Path) -> None:
    samples = tmp_path / "samples.yaml"
    samples.write_text("signal: {masses: {n2: 153.0, n1: 150.0}}\nother: {}\n")
    assert events.splitting_of("signal", samples) == 3.0
    with pytest.raises(InputError, match="no masses n2 and n1 of the sample other"):
        events.splitting_of("other", samples)


def test_shares_of_categories_and_kinds() -> None:
    names = np.repeat(["trt_calorimeter", "calorimeter", "trt", "silicon"], [520, 240, 160, 80])
    shares, spectrum = composition.category_shares(
        {"category": names, "weight": np.ones(1000), "pt": np.full(1000, 0.7)}
    )
    assert shares.simulated.tolist() == pytest.approx([0.52, 0.24, 0.16, 0.08])
    assert shares.assessment.verdict is Verdict.AGREES
    assert spectrum.simulated.tolist() == pytest.approx([1.0, 0.0, 0.0, 0.0, 0.0])
    assert spectrum.assessment.verdict is Verdict.NO_REFERENCE


def test_kinds_are_weighted() -> None:
    code = np.repeat([211, -321, 2212, 11], [1000, 100, 100, 10])
    table = {
        "truth_pdg_id": code,
        "truth_is_pileup": (np.arange(1210) % 2).astype(float),
        "weight": np.where(np.abs(code) == 321, 2.0, 1.0),
    }
    found = {item.selection: item.simulated[0] for item in composition.candidates(table)}
    assert found["kaons"] == pytest.approx(200 / 1310)
    assert found["protons"] == pytest.approx(100 / 1310)
    assert found["muons"] == 0.0
    assert found["pile-up"] == pytest.approx(0.5, abs=0.01)
