"""The joins against a dictionary."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hepchain.selection.matching import ABSENT, TrackIndex, match_events

numbers = st.integers(0, 2**62)


@given(st.lists(numbers, unique=True), st.lists(numbers))
def test_events_are_found_as_in_a_dictionary(table: list[int], wanted: list[int]) -> None:
    table, wanted = sorted(table), wanted + table
    known = {number: row for row, number in enumerate(table)}
    assert match_events(table, wanted).tolist() == [known.get(n, ABSENT) for n in wanted]


pairs = st.tuples(st.sampled_from([0, 7, 10_000_003, 2**61]), st.integers(0, 6))


@given(st.lists(pairs, unique=True), st.lists(pairs))
def test_tracks_are_found_as_in_a_dictionary(
    table: list[tuple[int, int]], wanted: list[tuple[int, int]]
) -> None:
    known = {pair: row for row, pair in enumerate(table)}
    wanted = [*wanted, *table, (0, -1), (0, 1000)]
    index = TrackIndex([p[0] for p in table], [p[1] for p in table])
    found = index.rows(np.array([p[0] for p in wanted]), np.array([p[1] for p in wanted]))
    assert found.tolist() == [known.get(pair, ABSENT) for pair in wanted]
