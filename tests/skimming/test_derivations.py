import awkward as ak
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.config.ntuple import INPUTS, Derivation
from hepchain.skimming import derivations


def test_every_derivation_is_implemented() -> None:
    assert set(derivations.FUNCTIONS) == set(Derivation) == set(INPUTS)


@given(pt=st.floats(0.1, 1000), eta=st.floats(-4, 4), charge=st.sampled_from([-1.0, 1.0]))
def test_momentum_and_direction_from_track_parameters(pt: float, eta: float, charge: float) -> None:
    theta = ak.Array([[2 * np.arctan(np.exp(-eta))]])
    q_over_p = ak.Array([[charge / (pt * np.cosh(eta))]])
    assert derivations.pt_from_q_over_p(q_over_p, theta)[0, 0] == pytest.approx(pt)
    assert derivations.eta_from_theta(theta)[0, 0] == pytest.approx(eta, abs=1e-9)


def test_energy_over_momentum_does_not_depend_on_charge() -> None:
    energy, q_over_p = ak.Array([[3.0, 3.0]]), ak.Array([[0.5, -0.5]])
    assert derivations.e_over_p(energy, q_over_p).tolist() == [[1.5, 1.5]]


def test_nearest_vertex_of_each_track() -> None:
    track_z = ak.Array([[0.1, 4.9, -3.0], [1.0], [], [2.0]])
    vertex_z = ak.Array([[0.0, 5.0], [], [1.0], [1.0, 3.0]])
    index = derivations.nearest_vertex(track_z, vertex_z)
    # The last track is as far from both: the first, the harder vertex, is taken.
    assert index.tolist() == [[0, 1, 0], [-1], [], [0]]
    theta = ak.full_like(track_z, np.pi / 6)
    distance = derivations.z0_sin_theta_to_vertex(track_z, theta, vertex_z, index)
    assert distance[0].tolist() == pytest.approx([0.05, -0.05, -1.5])
    assert np.isnan(distance[1, 0])


def test_significance_is_distance_over_error_along_the_beam() -> None:
    z, theta, error = ak.Array([[0.3]]), ak.Array([[0.7]]), ak.Array([[0.1]])
    value = derivations.z0_sin_theta_significance(z * np.sin(theta), theta, error)
    assert value[0, 0] == pytest.approx(3.0)


def test_where_positive_keeps_the_flagged() -> None:
    values, flags = ak.Array([[1.0, 2.0, 3.0], []]), ak.Array([[1, 3, 0], []])
    assert derivations.where_positive(values, flags).tolist() == [[1.0, 2.0], []]


def test_null_links_are_not_followed_although_their_index_is_zero() -> None:
    key = ak.Array([[7, 0, 7], [7]])
    index = ak.Array([[1, 0, 0], [5]])
    next_key, next_index = ak.Array([[0, 9], [9]]), ak.Array([[0, 42], [3]])
    target = derivations.follow_links(key, index, next_key, next_index)
    assert target.tolist() == [[42, -1, -1], [-1]]


def test_linked_values() -> None:
    values = derivations.linked(
        ak.Array([[1, 0], [1]]), ak.Array([[1, 0], [0]]), ak.Array([[10.0, 20.0], [30.0]])
    )
    assert values[0, 0] == 20.0
    assert np.isnan(values[0, 1])
    assert values[1].tolist() == [30.0]


def test_values_of_electrons_reach_their_tracks_only() -> None:
    values = ak.Array([[0.5, 0.6], [], [0.7]])
    index = ak.Array([[2, -1], [], [0]])
    tracks = ak.Array([[1.0, 1.0, 1.0], [1.0], [1.0]])
    result = derivations.of_electron(values, index, tracks)
    assert ak.num(result).tolist() == [3, 1, 1]
    assert ak.to_numpy(ak.flatten(result)) == pytest.approx(
        [np.nan, np.nan, 0.5, np.nan, 0.7], nan_ok=True
    )
