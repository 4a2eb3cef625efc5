import awkward as ak
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.skimming import derivations
from hepchain.skimming.jagged import widened


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


SMALL = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "bool")


def _limits(name: str) -> tuple[int, int]:
    limits = np.iinfo(name)
    return int(limits.min), int(limits.max)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), left=st.sampled_from(SMALL), right=st.sampled_from(SMALL))
def test_sums_of_small_integers_do_not_wrap(data: st.DataObject, left: str, right: str) -> None:
    x, y = (
        data.draw(st.booleans() if name == "bool" else st.integers(*_limits(name)))
        for name in (left, right)
    )
    arrays = [ak.Array(np.array([[x]], left)), ak.Array(np.array([[y]], right))]
    result = derivations.sum(*map(widened, arrays))
    assert result.tolist() == [[int(x) + int(y)]]


@settings(deadline=None, max_examples=50)
@given(x=st.integers(*_limits("int64")), y=st.integers(*_limits("int64")))
def test_sums_that_do_not_fit_are_refused(x: int, y: int) -> None:
    arrays = [ak.Array(np.array([value])) for value in (x, y)]
    if _limits("int64")[0] <= x + y <= _limits("int64")[1]:
        assert derivations.sum(*arrays).tolist() == [x + y]
    else:
        with pytest.raises(ValueError, match="does not fit"):
            derivations.sum(*arrays)


def test_integers_beyond_64_bits_with_sign_are_refused() -> None:
    assert widened(ak.Array(np.array([5], "uint64"))).tolist() == [5]
    with pytest.raises(ValueError, match="does not fit"):
        widened(ak.Array(np.array([2**63], "uint64")))


COMPONENTS = st.floats(-100, 100).filter(lambda x: abs(x) > 1e-3)


@given(px=COMPONENTS, py=COMPONENTS, pz=COMPONENTS, mass=st.floats(0, 50))
def test_momenta_from_cartesian_components(px: float, py: float, pz: float, mass: float) -> None:
    x, y, z = (ak.Array([[value], []]) for value in (px, py, pz))
    energy = np.sqrt(px**2 + py**2 + pz**2 + mass**2)
    pt, phi = derivations.pt_from_px_py(x, y), derivations.phi_from_px_py(x, y)
    eta = derivations.eta_from_px_py_pz(x, y, z)
    assert pt[0, 0] * np.cos(phi[0, 0]) == pytest.approx(px)
    assert pt[0, 0] * np.sin(phi[0, 0]) == pytest.approx(py)
    assert pt[0, 0] * np.sinh(eta[0, 0]) == pytest.approx(pz)
    theta = derivations.theta_from_eta(eta)
    assert pt[0, 0] / np.tan(theta[0, 0]) == pytest.approx(pz)
    found = derivations.mass_from_px_py_pz_energy(x, y, z, ak.Array([[energy], []]))
    again = derivations.mass_from_pt_eta_energy(pt, eta, ak.Array([[energy], []]))
    for value in (found, again):
        assert ak.num(value).tolist() == [1, 0]
        assert abs(value[0, 0]) == pytest.approx(mass, abs=1e-5 * energy)


def test_components_of_the_event() -> None:
    x, y = ak.Array([3.0, -1.0]), ak.Array([4.0, 0.0])
    assert derivations.pt_from_px_py(x, y).tolist() == [5.0, 1.0]
    assert derivations.phi_from_px_py(x, y).tolist() == pytest.approx([np.arctan2(4, 3), np.pi])


LISTS = st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=5)


@settings(deadline=None)
@given(first=LISTS, data=st.data())
def test_links_into_joined_lists(first: list[list[int]], data: st.DataObject) -> None:
    """What a link points to is the same before and after."""
    second = [data.draw(st.lists(st.integers(10, 19), max_size=3)) for _ in first]
    links = [data.draw(st.lists(st.integers(-1, len(item) - 1), max_size=2)) for item in second]
    (x, y), index = (ak.Array([[], *lists])[1:] for lists in (first, second)), ak.Array(links)
    both = derivations.joined(x, y)
    assert both.tolist() == [a + b for a, b in zip(first, second, strict=True)]
    index = ak.values_astype(ak.Array([[0], *links])[1:], np.int64)
    shifted = derivations.index_in_second(index, x)
    for event, pairs in enumerate(zip(links, shifted.tolist(), strict=True)):
        for before, after in zip(*pairs, strict=True):
            assert before == after == -1 or second[event][before] == both[event, after]
    places = derivations.position(both)
    assert both[places].tolist() == both.tolist()


def test_nearest_direction_goes_round_in_phi() -> None:
    eta, phi = ak.Array([[0.0, 1.0], [0.0], []]), ak.Array([[3.1, 0.0], [0.0], []])
    other_eta, other_phi = ak.Array([[1.1, 0.0], [], [0.0]]), ak.Array([[0.1, -3.1], [], [0.0]])
    found = derivations.nearest_direction(eta, phi, other_eta, other_phi)
    assert found.tolist() == [[1, 0], [-1], []]


def test_values_behind_an_index() -> None:
    index, numbers = ak.Array([[1, -1, 7], []]), ak.Array([[11, -13], [22]])
    assert derivations.at_index(index, widened(numbers)).tolist() == [[-13, 0, 0], []]
    found = derivations.at_index(index, ak.Array([[0.5, 1.5], [2.5]]))
    assert found[0].tolist() == pytest.approx([1.5, np.nan, np.nan], nan_ok=True)
