"""Joins on the identity of events and tracks, without copies of the larger table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

ABSENT = -1
"""Row of a key that the table does not have."""


def match_events(table: npt.ArrayLike, wanted: npt.ArrayLike) -> Integers:
    """Row in ``table`` of each wanted event number, or ``ABSENT``.

    Parameters
    ----------
    table : shape (n,), event numbers, increasing, each once
    wanted : shape (m,), event numbers in any order
    """
    table, wanted = np.asarray(table, dtype=np.int64), np.asarray(wanted, dtype=np.int64)
    if len(table) == 0:
        return np.full(len(wanted), ABSENT, dtype=np.int64)
    row = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return np.where(table[row] == wanted, row, ABSENT)


class TrackIndex:
    """Finds the rows of a table of tracks by (event number, track index).

    The keys are the rank of the event among those of the table and the track's index in it, so
    that event numbers of any size fit.
    """

    def __init__(self, event_number: npt.ArrayLike, track_index: npt.ArrayLike) -> None:
        """Take the keys of a table, shape (n,) each, in any order; each pair occurs once."""
        numbers = np.asarray(event_number, dtype=np.int64)
        indices = np.asarray(track_index, dtype=np.int64)
        self._events = np.unique(numbers)
        self._stride = int(indices.max(initial=0)) + 1
        keys = match_events(self._events, numbers) * self._stride + indices
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def rows(self, event_number: npt.ArrayLike, track_index: npt.ArrayLike) -> Integers:
        """Row in the table of each pair of shape (m,), or ``ABSENT``."""
        indices = np.asarray(track_index, dtype=np.int64)
        event = match_events(self._events, event_number)
        inside = (event != ABSENT) & (indices >= 0) & (indices < self._stride)
        position = match_events(self._keys, np.where(inside, event * self._stride + indices, -1))
        found = inside & (position != ABSENT)
        if not found.any():
            return np.full(len(indices), ABSENT, dtype=np.int64)
        return np.where(found, self._order[np.maximum(position, 0)], ABSENT)
