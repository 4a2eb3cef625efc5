"""Ratios of correlated efficiencies against closed formulas and a bootstrap, and their table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.figures.systematics import table, yield_changes
from hepchain.errors import InputError
from hepchain.figures.style import Things
from hepchain.figures.variations import EventSums, efficiency, event_sums, ratio, variations
from hepchain.io.structured import write_json
from hepchain.selection.working_point import WorkingPoint
from tests.figures.figure_inputs import POINTS, lines_of, tracks, working_points, write

EDGES = np.array([0.5, 1.0, 2.0, 5.0])
POINT = WorkingPoint((-np.inf, np.inf), (1.0,))
TABLE = tracks(6000, 0.3, 1)


def sums(columns: dict[str, Any], pieces: int = 1) -> dict[str, EventSums]:
    """Sums by event of a table cut into pieces."""
    arrays = {name: np.asarray(columns[name]) for name in columns}
    rows = np.array_split(np.arange(len(arrays["pt"])), pieces)
    return event_sums(({n: a[r] for n, a in arrays.items()} for r in rows), POINT, EDGES)


def one_bin(event: Any, passing: Any, total: Any) -> EventSums:
    return EventSums(np.asarray(event), np.stack([passing, total], axis=1)[:, :, None] * 1.0)


def test_efficiency_is_that_of_the_tracks() -> None:
    for label, code in (("signal", 1), ("background", 0)):
        chosen = TABLE["label"] == code
        weight, passes = TABLE["weight"][chosen], TABLE["score"][chosen] > 1.0
        found = efficiency(sums(TABLE)[label])
        assert found[0] == pytest.approx(np.average(passes, weights=weight))
        inside = (TABLE["pt"][chosen] >= 1.0) & (TABLE["pt"][chosen] < 2.0)
        expected = np.average(passes[inside], weights=weight[inside])
        assert found[2] == pytest.approx(expected)


@pytest.mark.parametrize("pieces", [2, 7])
def test_pieces_may_cut_events(pieces: int) -> None:
    whole, cut = sums(TABLE), sums(TABLE, pieces)
    for label, expected in whole.items():
        np.testing.assert_array_equal(cut[label].event_number, expected.event_number)
        np.testing.assert_allclose(cut[label].sums, expected.sums)


def test_the_same_sample_has_ratio_one_without_error() -> None:
    found = sums(TABLE)["signal"]
    value, error = ratio(found, found)
    np.testing.assert_allclose(value, 1.0)
    np.testing.assert_allclose(error, 0.0, atol=1e-12)


@given(st.integers(0, 2**31), st.permutations(range(40)))
@settings(max_examples=20, deadline=None)
def test_ratio_of_the_exchange_is_the_inverse(seed: int, order: list[int]) -> None:
    random = np.random.default_rng(seed)
    first, second = (
        one_bin(np.sort(order[:30]), random.uniform(0.1, 1, 30), random.uniform(1, 2, 30))
        for order in (order, order[::-1])
    )
    value, error = ratio(first, second)
    inverse, inverse_error = ratio(second, first)
    np.testing.assert_allclose(value * inverse, 1.0)
    np.testing.assert_allclose(error / value, inverse_error / inverse)


def test_independent_samples_have_the_errors_of_both() -> None:
    n, m = 4000, 1000
    first = one_bin(np.arange(n), np.arange(n) % 4 == 0, np.ones(n))
    second = one_bin(n + np.arange(m), np.arange(m) % 2 == 0, np.ones(m))
    value, error = ratio(first, second)
    binomial = 0.25 * 0.75 / n / 0.25**2 + 0.5 * 0.5 / m / 0.5**2
    assert value == pytest.approx(np.full(2, 2.0))
    assert error == pytest.approx(np.full(2, 2.0 * np.sqrt(binomial)))


def test_error_is_that_of_a_bootstrap_over_events() -> None:
    random = np.random.default_rng(3)
    varied = {**TABLE, "score": TABLE["score"] + random.normal(-0.05, 0.3, 6000)}
    nominal, after = sums(TABLE)["signal"], sums(varied)["signal"]
    value, error = ratio(nominal, after)
    drawn = random.poisson(1.0, (4000, len(nominal.sums)))
    before, behind = (drawn @ item.sums.sum(axis=2) for item in (nominal, after))
    replicas = behind[:, 0] / behind[:, 1] / (before[:, 0] / before[:, 1])
    assert value[0] == pytest.approx(replicas.mean(), abs=0.2 * error[0])
    assert error[0] == pytest.approx(replicas.std(), rel=0.06)


def test_nothing_that_passes_has_no_ratio() -> None:
    first = one_bin([1, 2], [0.0, 0.0], [1.0, 1.0])
    second = one_bin([1, 2], [1.0, 0.0], [1.0, 1.0])
    assert np.isnan(ratio(first, second)).all()
    assert np.isnan(ratio(second, one_bin([3], [0.0], [1.0]))[1]).all()


def test_all_variations_of_a_sample(tmp_path: Path) -> None:
    nominal = write(tmp_path / "nominal.parquet", TABLE)
    worse = {**TABLE, "score": TABLE["score"] - 0.3}
    varied = {"same_up": nominal, "worse_up": write(tmp_path / "worse.parquet", worse)}
    write_json(tmp_path / "points.json", working_points(TABLE))
    for kind in ("overall", "per_pt_bin"):
        found = variations("keras", "s", nominal, varied, tmp_path / "points.json", kind)
        by_key = {(item.variation, item.label): item for item in found.ratios}
        assert set(by_key) == {(v, c) for v in varied for c in ("signal", "background")}
        np.testing.assert_allclose(by_key["same_up", "background"].value, 1.0)
        assert (by_key["worse_up", "signal"].value < 1.0).all()
        assert found.nominal["background"][0] == pytest.approx(0.05, abs=0.01)


def record(sample: str, variation: str, **values: Any) -> dict[str, Any]:
    content = {"change": -0.0123, "error": 0.0045, "applied": True, "mirrored": False}
    return {"sample": sample, "variation": variation, "source": "", **content, **values}


def result(*items: dict[str, Any]) -> dict[str, Any]:
    point = next(iter(POINTS))
    approaches = {"without": "without tagger", "with": "with tagger"}
    return {
        "point": point,
        "approaches": [
            {"name": name, "title": title, "variations": list(items)}
            for name, title in approaches.items()
        ],
    }


def test_table_of_yields(tmp_path: Path, things: Things) -> None:
    content = result(
        record("signal", "noise_up"),
        record("signal", "argon_up", change=0.02, mirrored=True),
        record("wenu_jets", "noise_up", change=None, error=None, applied=False),
        record("wenu_jets", "argon_up", error=None),
    )
    content["approaches"][1]["variations"][1] = record("signal", "argon_up", applied=False)
    write_json(tmp_path / "result.json", content)
    found = table(yield_changes([tmp_path / "result.json"]), things, {"noise_up": "more noise"})
    signal, once = "higgsino (103, 100) GeV", "without tagger only, both sides"
    assert lines_of(found) == [
        [signal, signal, "more noise", "-1.23 ± 0.45", "-1.23 ± 0.45", "yes"],
        [
            signal,
            signal,
            "argon_up",
            "+2.00 ± 0.45",
            "-1.23 ± 0.45",
            once,
        ],
        [signal, "W → eν + jets", "more noise", "–", "–", "no"],
        [signal, "W → eν + jets", "argon_up", "-1.2", "-1.2", "yes"],
    ]


def test_a_result_of_another_version_is_refused(tmp_path: Path) -> None:
    content = {"point": "x", "approaches": [{"name": "a", "title": "a"}]}
    write_json(tmp_path / "result.json", content)
    with pytest.raises(InputError, match="no key 'variations'"):
        yield_changes([tmp_path / "result.json"])
