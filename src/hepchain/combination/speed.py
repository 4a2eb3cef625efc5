"""How many tracks a second a tagger scores: a measurement, different on every machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import awkward as ak

from hepchain.combination.scoring import ModelSet
from hepchain.errors import InputError
from hepchain.io import iterate_parquet, write_json

TRACKS = 20_000
"""Scored at once, or as many as the files have."""
REPEATED = 3


def write_speed(models: ModelSet, files: Sequence[str | Path], output: str | Path) -> None:
    """Score tracks that are in memory on one thread, several times, and write the best rate.

    Scaling is included; reading, and what libraries compile for the first tracks, is not.

    Raises
    ------
    InputError : a file is unusable, or there are no tracks in them
    """
    tracks = _tracks(files, models.columns)
    models.raw(tracks, "tracks to time")
    seconds = min(_seconds(models, tracks) for _ in range(REPEATED))
    write_json(output, {"tracks": len(tracks), "tracks_per_second": len(tracks) / seconds})


def _seconds(models: ModelSet, tracks: ak.Array) -> float:
    start = time.perf_counter()
    models.raw(tracks, "tracks to time")
    return time.perf_counter() - start


def _tracks(files: Sequence[str | Path], columns: Sequence[str]) -> ak.Array:
    pieces: list[ak.Array] = []
    for path in files:
        for chunk in iterate_parquet(path, columns):
            pieces.append(chunk)
            if sum(map(len, pieces)) >= TRACKS:
                return ak.concatenate(pieces)[:TRACKS]
    if not sum(map(len, pieces)):
        raise InputError(f"no tracks in {', '.join(map(str, files))}")
    return ak.concatenate(pieces)
