"""Tallies add up, and lines keep the order of the cuts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.selection.cutflow import Cut, Tally, make_lines, merge, tally_flags

weights = st.lists(st.floats(-10, 10), max_size=20)


@given(weights, weights)
def test_tally_of_all_is_the_sum_of_the_tallies(first: list[float], second: list[float]) -> None:
    total, parts = Tally.of(first + second), Tally.of(first) + Tally.of(second)
    assert total.events == parts.events
    assert total.sum_of_weights == pytest.approx(parts.sum_of_weights, abs=1e-9)
    assert total.sum_of_squares == pytest.approx(parts.sum_of_squares, abs=1e-9)


def test_an_event_counts_once_however_many_candidates_it_has() -> None:
    tally = tally_flags([2.0, 3.0, 4.0], [0, 2, 1])
    assert tally == Tally(events=2, sum_of_weights=7.0, sum_of_squares=25.0, candidates=3)


def test_lines_follow_the_cuts_and_absent_tallies_are_empty() -> None:
    cuts = [Cut("a", "first"), Cut("b", "second"), Cut("c", "third")]
    tallies = merge({"b": Tally.of([3.0])}, {"b": Tally.of([4.0]), "a": Tally.of(np.ones(9))})
    lines = make_lines(cuts, tallies)
    assert [line.cut for line in lines] == ["a", "b", "c"]
    assert [line.events for line in lines] == [9, 2, 0]
    assert lines[1].weighted == 7.0
    assert lines[1].error == 5.0
    assert lines[1].candidates is None


def test_merge_keeps_candidate_counts() -> None:
    merged = merge({"a": tally_flags([1.0], [2])}, {"a": tally_flags([1.0], [3])})
    assert merged["a"].candidates == 5
