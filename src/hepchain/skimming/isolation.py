"""Sums of transverse momentum in cones around tracks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.int64]

PAIRS_AT_ONCE = 4_000_000
"""Pairs of tracks in memory at a time."""

FAR = 10_000.0
"""Distance [mm] from the centre beyond which z0 is no longer told apart when looking for pairs."""


@dataclass(frozen=True)
class Tracks:
    """Tracks of several events, flat: each field has shape (n,).

    Attributes
    ----------
    event : number of the event in the chunk, never falling
    pt, eta, phi : GeV, 1, rad
    z0, theta : mm, rad
    """

    event: Integers
    pt: Floats
    eta: Floats
    phi: Floats
    z0: Floats
    theta: Floats

    def __getitem__(self, index: npt.NDArray[np.bool_] | Integers) -> Tracks:
        return Tracks(
            self.event[index],
            self.pt[index],
            self.eta[index],
            self.phi[index],
            self.z0[index],
            self.theta[index],
        )


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
    cone: float,
    max_z0_sin_theta: float,
    constituent_pt: Sequence[float],
) -> npt.NDArray[np.float32]:
    """Sum of the pT of constituents around each central track, the track itself excluded.

    A constituent j counts for track i of the same event if dR(i, j) < ``cone``,
    |(z0_i - z0_j) sin(theta_i)| < ``max_z0_sin_theta`` and pT_j is at least the threshold, as
    ATLAS' track isolation does (SUSY20 derivation: TightPrimary tracks near the same vertex).

    Parameters
    ----------
    tracks : all tracks
    central, constituent : shape (n,), which tracks have a cone, which are summed
    cone : radius in (eta, phi)
    max_z0_sin_theta : mm
    constituent_pt : thresholds [GeV]

    Returns
    -------
    shape (number of central tracks, number of thresholds), GeV
    """
    numbers = np.arange(len(tracks.event), dtype=np.int64)
    inner, outer = numbers[central], numbers[constituent & (tracks.pt >= min(constituent_pt))]
    sums = np.zeros((len(inner), len(constituent_pt)), dtype=np.float64)
    for row, other in _candidates(tracks, inner, outer, max_z0_sin_theta):
        near = _in_cone(tracks[inner[row]], tracks[other], cone, max_z0_sin_theta)
        near &= inner[row] != other
        row, pt = row[near], tracks.pt[other[near]].astype(np.float64)
        for column, threshold in enumerate(constituent_pt):
            weights = np.where(pt >= threshold, pt, 0.0)
            sums[:, column] += np.bincount(row, weights=weights, minlength=len(inner))
    return sums.astype(np.float32)


def _in_cone(
    tracks: Tracks, others: Tracks, cone: float, max_z0_sin_theta: float
) -> npt.NDArray[np.bool_]:
    delta_eta = tracks.eta.astype(np.float64) - others.eta
    delta_phi = tracks.phi.astype(np.float64) - others.phi
    delta_phi = np.remainder(delta_phi + np.pi, 2 * np.pi) - np.pi
    distance = (tracks.z0.astype(np.float64) - others.z0) * np.sin(tracks.theta)
    near: npt.NDArray[np.bool_] = (delta_eta**2 + delta_phi**2 < cone**2) & (
        np.abs(distance) < max_z0_sin_theta
    )
    return near


def _candidates(
    tracks: Tracks, inner: Integers, outer: Integers, max_z0_sin_theta: float
) -> Iterator[tuple[Integers, Integers]]:
    """Pairs (row of ``inner``, track of ``outer``) in the same event that may be near in z.

    The tracks are sorted on a line on which z0 runs within an event and events are far apart; the
    window of each inner track is then one interval. This leaves a few pairs a track where all
    pairs of an event would be its number of tracks squared.
    """
    spacing = 4 * FAR

    def position(index: Integers, shift: Floats | float) -> Floats:
        z = np.clip(tracks.z0[index].astype(np.float64) + shift, -FAR, FAR)
        return tracks.event[index] * spacing + z

    places = position(outer, 0.0)
    order = np.argsort(places, kind="stable")
    places = places[order]
    half_width = max_z0_sin_theta / np.sin(tracks.theta[inner].astype(np.float64)) + 1e-3
    first = np.searchsorted(places, position(inner, -half_width), side="left")
    last = np.searchsorted(places, position(inner, half_width), side="right")
    counts = last - first
    ends = np.cumsum(counts)
    start = 0
    while start < len(inner):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS_AT_ONCE, side="right")))
        rows = np.repeat(np.arange(start, stop), counts[start:stop])
        within = np.arange(len(rows)) - np.repeat(
            ends[start:stop] - counts[start:stop] - done, counts[start:stop]
        )
        yield rows, outer[order[first[rows] + within]]
        start = stop
