"""Sums of transverse momentum in cones around tracks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.config.skimming import Isolation

Integers = npt.NDArray[np.int64]

PAIRS_AT_ONCE = 100_000
"""Pairs of tracks in memory at a time."""

MIN_WIDTH = 0.2
"""Of the cells in (eta, phi) in which pairs are looked for: smaller ones are too many."""

CELLS_OF_A_TRACK = 4
"""At most, on average: of events with few tracks cells are wider, and all of them are in memory."""

MAX_CELL_ETA = 3.0
"""Tracks further out are in the outermost cells."""


Tracks = Mapping[str, npt.NDArray[Any]]
"""Tracks of several events, flat, shape (n,) each: ``event``, the number of the event in the chunk,
which never falls; ``pt`` [GeV], ``eta``, ``phi``, ``z0`` [mm], ``theta``."""


def column_name(cone: float, constituent_pt: float) -> str:
    """Name of the column of a cone sum: radius times 100, constituent pT in MeV.

    >>> column_name(0.3, 0.5)
    'ptcone30_500'
    """
    return f"ptcone{round(100 * cone)}_{round(1000 * constituent_pt)}"


def cone_sums(
    tracks: Tracks,
    central: npt.NDArray[np.bool_],
    constituent: npt.NDArray[np.bool_],
    isolation: Isolation,
) -> npt.NDArray[np.float32]:
    """Sum of the pT of constituents around each central track, the track itself excluded.

    A constituent j counts for track i of the same event if dR(i, j) < ``cone``,
    |(z0_i - z0_j) sin(theta_i)| < ``max_z0_sin_theta`` and pT_j is at least the threshold, as
    ATLAS' track isolation does (SUSY20 derivation: TightPrimary tracks near the same vertex).
    ``central`` have a cone, ``constituent`` are summed, shape (n,) both.

    Returns
    -------
    shape (number of central tracks, number of thresholds), GeV
    """
    thresholds = isolation.constituent_pt
    inner = np.flatnonzero(central)
    outer = np.flatnonzero(constituent & (tracks["pt"] >= min(thresholds)))
    outer, candidates = _candidates(tracks, inner, outer, isolation.cone)
    eta, phi, z0, _ = _in_double(tracks, inner)
    eta_of, phi_of, z0_of, pt = _in_double(tracks, outer)
    sin_theta = np.sin(tracks["theta"])[inner]
    own = _places(inner, outer, len(central))
    sums = np.zeros((len(inner), len(thresholds)), dtype=np.float64)
    for row, other in candidates:
        delta_phi = phi.take(row) - phi_of.take(other)
        delta_phi -= 2 * np.pi * np.rint(delta_phi / (2 * np.pi))
        in_cone = (eta.take(row) - eta_of.take(other)) ** 2 + delta_phi**2 < isolation.cone**2
        near = np.flatnonzero(in_cone & (own.take(row) != other))
        row, other = row.take(near), other.take(near)
        distance = np.abs((z0.take(row) - z0_of.take(other)) * sin_theta.take(row))
        near = np.flatnonzero(distance < isolation.max_z0_sin_theta)
        if not len(near):
            continue
        row, summed = row.take(near), pt.take(other.take(near))
        some = slice(row[0], row[-1] + 1)
        for column, threshold in enumerate(thresholds):
            weights = np.where(summed >= threshold, summed, 0.0)
            sums[some, column] += np.bincount(row - row[0], weights=weights)
    return sums.astype(np.float32)


def _places(inner: Integers, outer: Integers, tracks: int) -> Integers:
    """Where each inner track is among the outer ones, -1 if it is none of them."""
    places = np.full(tracks, -1)
    places[outer] = np.arange(len(outer))
    return places[inner]


def _in_double(tracks: Tracks, index: Integers) -> list[npt.NDArray[np.float64]]:
    """Eta, phi, z0 and pT of some tracks."""
    return [tracks[name][index].astype(np.float64) for name in ("eta", "phi", "z0", "pt")]


def _candidates(
    tracks: Tracks, inner: Integers, outer: Integers, cone: float
) -> tuple[Integers, Iterator[tuple[Integers, Integers]]]:
    """The outer tracks in the order of their cells, and pairs of places in ``inner`` and in them.

    The pairs are those of one event that may be in the cone. Each event is divided into cells in
    (eta, phi) at least as wide as the cone, so that only the 3 x 3 cells around a track are looked
    at. Neighbours in eta are neighbours in the order of the outer tracks, too, which leaves three
    intervals for each inner track.
    """
    events = int(tracks["event"][-1]) + 1 if len(tracks["event"]) else 0
    width = _width(cone, events, len(tracks["event"]))
    in_eta, in_phi = int(2 * MAX_CELL_ETA / width) + 3, max(int(2 * np.pi / width), 1)
    eta = np.clip(tracks["eta"].astype(np.float64), -MAX_CELL_ETA, MAX_CELL_ETA)
    turn = tracks["phi"].astype(np.float64) / (2 * np.pi)
    line = np.minimum(((turn - np.floor(turn)) * in_phi).astype(np.int64), in_phi - 1)
    column = ((eta + MAX_CELL_ETA) / width).astype(np.int64) + 1
    first = tracks["event"] * (in_phi * in_eta) + column
    places = (first + line * in_eta)[outer]
    outer = outer[np.argsort(places, kind="stable")]
    filled = np.bincount(places, minlength=events * in_phi * in_eta)
    starts = np.concatenate([[0], np.cumsum(filled)])
    around = np.unique(np.arange(-1, 2) % in_phi)
    lines = (np.arange(in_phi)[:, np.newaxis] + around) % in_phi
    middle = (first[inner, np.newaxis] + (lines * in_eta)[line[inner]]).ravel()
    rows = np.repeat(np.arange(len(inner)), len(around))
    # The first and the last column are empty, so that no interval reaches into another line.
    return outer, _expanded(rows, starts[middle - 1], starts[middle + 2])


def _width(cone: float, events: int, tracks: int) -> float:
    """Of cells: at least the cone and a bit, and so that there are not many more than tracks."""
    area = 2 * MAX_CELL_ETA * 2 * np.pi
    sparse = math.sqrt(area * events / (CELLS_OF_A_TRACK * tracks)) if tracks else 0.0
    return max(cone, MIN_WIDTH, sparse) * (1 + 1e-6)


def _expanded(
    rows: Integers, first: Integers, last: Integers
) -> Iterator[tuple[Integers, Integers]]:
    """The pairs of each row with the places from ``first`` to ``last``, not too many at once."""
    filled = np.flatnonzero(last > first)
    rows, first = rows[filled], first[filled]
    counts = last[filled] - first
    ends = np.cumsum(counts)
    start = 0
    while start < len(rows):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS_AT_ONCE, side="right")))
        size = counts[start:stop]
        shift = first[start:stop] - (ends[start:stop] - size - done)
        interval = np.repeat(np.arange(start, stop), size)
        yield rows.take(interval), np.arange(size.sum()) + shift.take(interval - start)
        start = stop
