"""Tag rates: shares in cells, merging where tracks are few, expectation and error of a closure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hepchain.selection.tag_rates import Closure, ClosureBin, TagRates, binomial_error, closure

AXES = ("category", "pt")
CELLS = [("a", "low"), ("a", "high"), ("b", "low"), ("b", "high")]
SHARES = (0.02, 0.1, 0.3, 0.5)


def objects(numbers: list[int], seed: int) -> pd.DataFrame:
    """Objects of each of ``CELLS``, that pass with its share."""
    random = np.random.default_rng(seed)
    cell = np.repeat(range(4), numbers)
    return pd.DataFrame(
        {
            "category": np.array([name for name, _ in CELLS])[cell],
            "pt": np.array([name for _, name in CELLS])[cell],
            "weight": np.ones(len(cell)),
            "passed": random.random(len(cell)) < np.array(SHARES)[cell],
        }
    )


def test_rates_are_the_shares_of_the_cells_however_the_objects_come() -> None:
    table = objects([400, 300, 500, 600], seed=1)
    whole = TagRates.of([table], AXES, 100)
    parts = TagRates.of([table[::2], table[1::2]], AXES, 100)
    one_each = table.drop_duplicates(list(AXES))
    expected = one_each.merge(table.groupby(list(AXES))["passed"].mean().reset_index(), on=AXES)
    for rates in (whole, parts):
        found = rates.at(one_each)
        assert found.rate == pytest.approx(expected["passed_y"].to_numpy(float))
        assert found.level.tolist() == [2] * 4


def test_weights_count_and_their_scale_does_not() -> None:
    """An object of weight two is two; a factor on all is no matter, to rates and their errors."""
    table = objects([400, 300, 500, 600], seed=8)
    double = table.assign(weight=1.0 + table["passed"])
    one_each = table.drop_duplicates(list(AXES))
    found = TagRates.of([double], AXES, 100).at(one_each)
    plain = TagRates.of([table], AXES, 100).at(one_each).rate
    assert found.rate == pytest.approx(2.0 * plain / (1.0 + plain))
    scaled = TagRates.of([double.assign(weight=7.0 * double["weight"])], AXES, 100).at(one_each)
    assert scaled.rate == pytest.approx(found.rate)
    assert scaled.error == pytest.approx(found.error)


def test_a_cell_with_few_objects_is_merged_along_the_last_axis_then_the_one_before() -> None:
    table = objects([400, 5, 3, 4], seed=2)
    rates = TagRates.of([table], AXES, 100)
    found = rates.at(pd.DataFrame(CELLS, columns=list(AXES)))
    assert found.level.tolist() == [2, 1, 0, 0]
    of_a = table[table["category"] == "a"]["passed"].mean()
    assert found.rate[1:] == pytest.approx([of_a, table["passed"].mean(), table["passed"].mean()])


def test_a_value_that_was_never_measured_takes_the_common_rate() -> None:
    table = objects([300, 300, 300, 300], seed=3)
    rates = TagRates.of([table], AXES, 100)
    found = rates.at(pd.DataFrame({"category": ["c", "a"], "pt": ["low", "middle"]}))
    assert found.level.tolist() == [0, 1]


def test_without_enough_objects_there_are_no_rates() -> None:
    rates = TagRates.of([objects([5, 5, 5, 5], seed=4)], AXES, 100)
    assert not rates.sufficient
    assert not TagRates.of([], AXES, 100).sufficient
    with pytest.raises(ValueError, match="20 objects, 100 needed"):
        rates.at(pd.DataFrame(CELLS, columns=list(AXES)))


@given(passed=st.integers(0, 500), objects=st.integers(1, 500))
def test_error_is_that_of_the_posterior_after_a_flat_prior(passed: int, objects: int) -> None:
    passed = min(passed, objects)
    posterior = stats.beta(passed + 1, objects - passed + 1)
    found = binomial_error(np.array([float(passed)]), np.array([float(objects)]))
    assert found[0] == pytest.approx(posterior.std())


@pytest.mark.thorough
def test_pulls_of_the_closure_have_unit_width_and_p_values_are_flat() -> None:
    """Candidates with several weights, and other shares of the cells than where it was measured."""
    pulls, p_values = [], []
    for seed in range(200):
        rates = TagRates.of([objects([500, 700, 300, 400], seed)], AXES, 100)
        candidates = objects([200, 40, 70, 20], 1000 + seed)
        weight = np.random.default_rng(seed).uniform(0.5, 2.0, len(candidates))
        found = closure(candidates, AXES, rates.at(candidates), weight)
        pulls.append(found.total.pull)
        p_values.append(found.p_value("pt"))
    assert np.mean(pulls) == pytest.approx(0.0, abs=4.0 / np.sqrt(len(pulls)))
    assert np.std(pulls) == pytest.approx(1.0, abs=4.0 / np.sqrt(2.0 * len(pulls)))
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3


def test_rates_of_another_tagger_do_not_close() -> None:
    table = objects([500, 500, 500, 500], seed=5)
    rates = TagRates.of([table.assign(passed=~table["passed"])], AXES, 100)
    candidates = objects([300, 300, 300, 300], seed=6)
    found = closure(candidates, AXES, rates.at(candidates), np.ones(len(candidates)))
    assert found.p_value("pt") < 1e-6
    difference = abs(found.total.counted - found.total.expected)
    assert found.uncertainty == pytest.approx(difference / found.total.expected)
    assert [item.bin for item in found.axes["pt"]] == ["high", "low"]


def test_the_error_is_the_uncertainty_where_it_is_larger_than_the_difference() -> None:
    table = objects([2000, 2000, 2000, 2000], seed=7)
    rates = TagRates.of([table], AXES, 100)
    found = closure(table, AXES, rates.at(table), np.ones(len(table)))
    assert found.total.counted == pytest.approx(found.total.expected)
    assert found.uncertainty == pytest.approx(found.total.error / found.total.expected)


def test_bins_with_few_expected_objects_are_taken_together() -> None:
    """One object that passes where a tenth is expected is no evidence against the rates."""
    few = [ClosureBin(f"{row}", 0.0, 0.1, 0.3, 0.1) for row in range(9)]
    one = ClosureBin("one", 1.0, 0.1, 0.3, 0.1)
    many = ClosureBin("many", 100.0, 100.0, 10.0, 100.0)
    alone = Closure(one, {"pt": [*few, one, many]})
    assert alone.p_value("pt") == pytest.approx(1.0, abs=0.02)
    assert Closure(one, {"pt": [many, one]}).p_value("pt") == pytest.approx(
        stats.chi2.sf((0.9 / np.hypot(10.0, 0.3)) ** 2, 1)
    )
    assert Closure(one, {"pt": []}).p_value("pt") == 1.0
