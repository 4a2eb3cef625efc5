"""Limits between mass points: known surfaces, points without limit, the end of the exclusion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.statistics.mass_plane import Surface, read_results
from hepchain.errors import InputError
from hepchain.io.structured import write_json

SPLITTINGS = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
MASSES = (90.0, 110.0, 130.0, 150.0, 200.0)


def points(n1: tuple[float, ...] = MASSES) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Masses of N1 and splittings of a grid [GeV]."""
    mesh = [(mass, splitting) for mass in n1 for splitting in SPLITTINGS]
    masses, splitting = np.array(mesh).T
    return masses, splitting


def surface(limits: Any) -> Surface:
    n1, splittings = points()
    found = Surface.through(n1.tolist(), splittings.tolist(), limits(n1, splittings))
    assert found is not None
    return found


@settings(max_examples=20, deadline=None)
@given(
    at=st.floats(100, 190),
    slope=st.floats(0.001, 0.1),
    power=st.floats(-1, 1),
)
def test_exponentials_of_mass_and_powers_of_splitting_are_exact(
    at: float, slope: float, power: float
) -> None:
    """Limit one on the line n1 = at - (power / slope) log(splitting): a closed form."""
    found = surface(lambda n1, d: np.exp(slope * (n1 - at)) * d**power)
    for piece in found.contour():
        n2, splittings = np.array(piece).T
        value = slope * (n2 - splittings - at) + power * np.log(splittings)
        assert value == pytest.approx(0, abs=1e-9)
    for splitting in (1.0, 1.7, 4.2):
        expected = at - power / slope * np.log(splitting)
        reach = found.reach(splitting)
        if 90 < expected < 199:
            assert reach.n2 == pytest.approx(expected + splitting, abs=1e-4)
            assert not reach.open


def test_power_law_of_the_mass_is_within_a_gev() -> None:
    """Cross-sections fall as about the fourth power of the mass."""
    found = surface(lambda n1, d: (n1 / 140.0) ** 4.0)
    assert found.reach(2.0).n2 == pytest.approx(142.0, abs=1.0)


def test_points_are_passed_through_and_order_does_not_matter() -> None:
    random = np.random.default_rng(1)
    n1, splittings = points()
    limits = np.exp(random.normal(size=len(n1)))
    order = random.permutation(len(n1))
    found = Surface.through(n1.tolist(), splittings.tolist(), limits.tolist())
    shuffled = Surface.through(*(values[order].tolist() for values in (n1, splittings, limits)))
    assert found is not None
    assert shuffled is not None
    inside = slice(7, -7)
    assert found(n1[inside], splittings[inside]) == pytest.approx(limits[inside])
    assert shuffled.reach(2.5).n2 == pytest.approx(found.reach(2.5).n2)


def test_nothing_is_claimed_beside_a_point_without_limit() -> None:
    n1, splittings = points()
    limits = np.full(len(n1), 0.5)
    missing = int(np.flatnonzero((n1 == 130.0) & (splittings == 2.0))[0])
    limits[missing] = np.nan
    found = Surface.through(n1.tolist(), splittings.tolist(), limits.tolist())
    assert found is not None
    assert np.isnan(found(130.0, 2.0))
    assert np.isnan(found(131.0, 2.1))
    assert found(195.0, 2.0) == pytest.approx(0.5)


def test_outside_the_points_there_is_no_limit() -> None:
    found = surface(lambda n1, d: np.full_like(n1, 0.5))
    assert np.isnan(found(80.0, 2.0))
    assert np.isnan(found(150.0, 11.0))


def test_reach_ends_with_the_points_or_does_not_begin() -> None:
    all_excluded = surface(lambda n1, d: np.full_like(n1, 0.5)).reach(2.0)
    assert all_excluded.open
    assert all_excluded.n2 == pytest.approx(202.0)
    none = surface(lambda n1, d: np.full_like(n1, 2.0))
    assert none.reach(2.0).n2 is None
    assert none.contour() == []
    assert none.reach(2.0, strength=3.0).open


def test_strength_scales_the_limits() -> None:
    ten = surface(lambda n1, d: 10 * (n1 / 140.0) ** 4)
    one = surface(lambda n1, d: (n1 / 140.0) ** 4)
    assert ten.reach(2.0, 10.0).n2 == pytest.approx(one.reach(2.0).n2)
    assert np.array(ten.contour(10.0)) == pytest.approx(np.array(one.contour()))


@pytest.mark.parametrize(
    "places",
    [[(100.0, 1.0), (110.0, 2.0)], [(100.0, 1.0), (110.0, 1.0), (120.0, 1.0), (130.0, 1.0)]],
)
def test_too_few_points_span_nothing(places: list[tuple[float, float]]) -> None:
    n1, splittings = zip(*places, strict=True)
    assert Surface.through(n1, splittings, [1.0] * len(places)) is None


def result(point: str, n2: float, n1: float, limit: float | None, **changes: Any) -> dict[str, Any]:
    """What is read of a result.json."""
    approaches = [
        {
            "name": name,
            "title": name,
            "status": "ok" if limit else "insufficient: 2 signal events",
            "signal": {"value": 10.0, "events": 40},
            "background": {"value": 20.0, "events": 30},
            "limit": {"expected": [limit * factor for factor in (0.5, 0.7, 1, 1.4, 1.9)]}
            if limit
            else None,
        }
        for name in ("without_tagger", "with_tagger")
    ]
    return {
        "point": point,
        "mass_n2": n2,
        "mass_n1": n1,
        "luminosity_fb": 139.0,
        "confidence_level": 0.95,
        "sigmas": [-2, -1, 0, 1, 2],
        "approaches": approaches,
        "estimates": {
            item["name"]: {"limit": {"value": limit, "error": 0.1}} for item in approaches
        },
    } | changes


def files(folder: Path, *contents: dict[str, Any]) -> list[Path]:
    paths = [folder / f"{content['point']}.json" for content in contents]
    for path, content in zip(paths, contents, strict=True):
        write_json(path, content)
    return paths


def test_results_are_read_and_points_without_limit_are_kept(tmp_path: Path) -> None:
    paths = files(tmp_path, result("a", 103.0, 100.0, 0.8), result("b", 101.0, 100.0, None))
    planes = read_results(paths).planes
    assert list(planes) == ["without_tagger", "with_tagger"]
    first, second = planes["with_tagger"].points
    assert first.limits == pytest.approx((0.56, 0.8, 1.12))
    assert first.limit_error == 0.1
    assert second.limits is None
    assert second.status.startswith("insufficient")
    assert planes["with_tagger"].surface(0) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"luminosity_fb": 300.0}, "differ from those of a"),
        ({"approaches": []}, "differ from those of a"),
    ],
)
def test_results_of_different_runs_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    other = result("b", 101.0, 100.0, 1.0, **changes)
    with pytest.raises(InputError, match=message):
        read_results(files(tmp_path, result("a", 103.0, 100.0, 0.8), other))


def test_result_of_another_version_is_refused(tmp_path: Path) -> None:
    content = result("a", 103.0, 100.0, 0.8)
    del content["mass_n2"]
    with pytest.raises(InputError, match="no key 'mass_n2'"):
        read_results(files(tmp_path, content))
