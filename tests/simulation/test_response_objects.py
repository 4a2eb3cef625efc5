from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepchain.simulation.response.objects import smear_jets, smear_met, standard_electrons
from hepchain.simulation.response.tracks import reconstruct
from tests.particle_guns import crossing_of, keys, parameters, particles


@pytest.mark.parametrize("pt", [3.25, 4.75, 7.0, 10.0])
def test_standard_electrons_have_the_published_efficiency(pt: float) -> None:
    """Reconstruction efficiency with the track's in it, where tracking leaves room for it."""
    p = parameters()
    rng = np.random.default_rng(1)
    n = 30_000
    gun = particles(n, 11, rng, pt=(0.99 * pt, 1.01 * pt), max_eta=1.2)
    tracks = reconstruct(crossing_of(gun), p)
    electrons = standard_electrons(tracks.particles, p)
    expected = float(p.electron.reconstruction(np.array([pt]))[0])
    assert len(electrons.pt) / n == pytest.approx(expected, abs=0.06)
    assert np.median(electrons.pt) == pytest.approx(pt, rel=0.02)


def test_only_electrons_become_standard_electrons() -> None:
    rng = np.random.default_rng(2)
    gun = particles(5000, 211, rng, pt=(4.0, 12.0))
    assert len(standard_electrons(gun, parameters()).pt) == 0


def test_identified_electrons_start_at_the_lowest_identification() -> None:
    p = parameters()
    rng = np.random.default_rng(3)
    electrons = standard_electrons(particles(20_000, 11, rng, pt=(3.0, 12.0)), p)
    assert electrons.pt[electrons.very_loose].min() > p.electron.min_identification_pt.value
    high = electrons.pt > 6
    assert electrons.very_loose[high].mean() == pytest.approx(0.92, abs=0.02)


def test_missing_momentum_has_the_stated_resolution() -> None:
    n = 20_000
    events = ak.Array(
        {"truth_met": np.full(n, 250.0), "truth_met_phi": np.zeros(n), "sum_et": np.full(n, 400.0)}
    )
    met = smear_met(events, parameters().met, keys(n))
    along = met["met"] * np.cos(met["met_phi"]) - 250.0
    across = met["met"] * np.sin(met["met_phi"])
    expected = 0.45 * np.sqrt(400.0)
    for component in (along, across):
        assert component.mean() == pytest.approx(0, abs=4 * expected / np.sqrt(n))
        assert component.std() == pytest.approx(expected, rel=0.02)
    assert ((met["met_trigger_weight"] > 0.97) | (met["met"] < 210)).all()
    nominal = parameters().met
    higher = nominal.model_copy(update={"scale": nominal.scale.model_copy(update={"value": 1.02})})
    varied = smear_met(events, higher, keys(n))
    np.testing.assert_allclose(varied["met"] * np.cos(varied["met_phi"]) - 250.0 - along, 5.0)


def test_jets_are_smeared_and_sorted() -> None:
    n = 8000
    columns = {"pt": [120.0, 100.0], "eta": [0.1, 1.0], "phi": [0.0, 2.0], "mass": [10.0, 9.0]}
    events = ak.Array({f"jet_{name}": [values] * n for name, values in columns.items()})
    jets = smear_jets(events, parameters().jets, keys(n))
    assert ak.all(jets["pt"][:, :-1] >= jets["pt"][:, 1:])
    hard = ak.to_numpy(ak.flatten(jets["pt"][jets["eta"] == 0.1]))
    assert hard.std() / 120 == pytest.approx(0.075, rel=0.03)
