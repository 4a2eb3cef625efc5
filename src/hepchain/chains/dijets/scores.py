"""Scores of the events of some data: a file a fold, one of all in their order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hepchain.chains.dijets.data import Booleans, Events, Floats
from hepchain.errors import InputError
from hepchain.io.parquet import ParquetWriter, read_parquet


def write_scores(events: Events, chosen: Booleans, scores: Floats, path: str | Path) -> None:
    """Write the scores of the chosen events with their identity.

    Parameters
    ----------
    chosen : shape (n,)
    scores : shape (chosen,)
    """
    columns = {
        "sample": events.sample[chosen],
        "event_number": events.event_number[chosen],
        "score": scores,
    }
    with ParquetWriter.open(Path(path)) as writer:
        writer.write(columns)


def read_scores(events: Events, paths: Sequence[str | Path]) -> Floats:
    """Scores of these files in the order of the events, shape (n,); NaN where there is none.

    Raises
    ------
    InputError : an event has two scores, or one is of no event
    """
    tables = [read_parquet(path, ["sample", "event_number", "score"]) for path in paths]
    sample, number, score = (
        np.concatenate([np.asarray(table[name]) for table in tables])
        for name in ("sample", "event_number", "score")
    )
    identity = _identity(events.sample, events.event_number)
    order = np.argsort(identity)
    of_scores = _identity(sample, number)
    place = np.searchsorted(identity[order], of_scores).clip(0, len(order) - 1)
    rows = order[place]
    if (identity[rows] != of_scores).any() or len(np.unique(rows)) != len(rows):
        raise InputError(
            f"{paths[0]} and others: not the scores of these events, once each; make them again"
        )
    scores = np.full(len(events), np.nan)
    scores[rows] = score
    return scores


def _identity(
    sample: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    number: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """One number an event: there are two samples."""
    return 2 * number + sample
