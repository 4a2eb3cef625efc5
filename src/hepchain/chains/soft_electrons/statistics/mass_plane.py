"""Limits of many mass points, and the masses that are excluded between them.

Between points the logarithm of a limit is linear in the mass of N1 and the logarithm of the
splitting, in triangles (Delaunay). Limits fall with the cross-section, nearly a power of the mass,
so that little is lost where points are near each other; smooth surfaces would overshoot, since each
limit has its own statistical error. Triangles with a point without limit stay empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay, QhullError

from hepchain.errors import InputError
from hepchain.io.structured import read_json

Floats = npt.NDArray[np.float64]

DRAWN = (-1, 0, 1)
"""Quantiles of the expected limit that are looked at, in standard deviations."""
STEPS = 500
"""Masses at which the end of the excluded range is looked for."""
EDGE = 1e-9
"""Part of the range of the points that is within rounding of its ends."""
BENDS = 9
"""Places along a piece of contour, which is straight in mass of N1 and log(splitting)."""

Line = list[tuple[float, float]]
"""Masses of N2 and splittings along a line [GeV]."""


@dataclass(frozen=True)
class PlanePoint:
    """A mass point in one approach."""

    name: str
    n2: float
    n1: float
    """Masses [GeV]."""
    status: str
    """``ok``, or why there is no limit."""
    signal: float
    signal_events: int
    """Expected, and simulated, events in the region."""
    background: float
    """Expected events."""
    limits: tuple[float, ...] | None
    """Expected limit on the signal strength at -1, 0 and 1 standard deviations."""
    limit_error: float | None
    """Statistical error of the median limit."""

    @property
    def splitting(self) -> float:
        """Mass difference [GeV]."""
        return self.n2 - self.n1


@dataclass(frozen=True)
class Plane:
    """All mass points in one approach."""

    title: str
    points: tuple[PlanePoint, ...]

    @property
    def smallest_limit(self) -> float | None:
        """Least of the median limits of the points; None if there are none."""
        median = DRAWN.index(0)
        return min((point.limits[median] for point in self.points if point.limits), default=None)

    def surface(self, sigma: int) -> Surface | None:
        """Limits between the points at one of ``DRAWN``; None if they span no area."""
        column = DRAWN.index(sigma)
        limits = [point.limits[column] if point.limits else np.nan for point in self.points]
        return Surface.through(
            [point.n1 for point in self.points],
            [point.splitting for point in self.points],
            limits,
        )


@dataclass(frozen=True)
class Results:
    """Results of all mass points."""

    luminosity_fb: float
    confidence_level: float
    planes: Mapping[str, Plane]
    """Approach -> its limits."""


def read_results(paths: Iterable[str | Path]) -> Results:
    """Results of mass points from their ``result.json``; at least one.

    Raises
    ------
    InputError : a file lacks a key, or was made with other approaches or another luminosity
    """
    contents = {str(path): read_json(path) for path in paths}
    first = next(iter(contents.values()))
    for path, content in contents.items():
        if _made_with(content) != _made_with(first):
            raise InputError(
                f"{path}: luminosity, confidence level or approaches differ from those of "
                f"{first['point']}; make the results of all mass points again"
            )
    return Results(
        first["luminosity_fb"],
        first["confidence_level"],
        {
            approach["name"]: Plane(
                approach["title"],
                tuple(_point(content, approach["name"]) for content in contents.values()),
            )
            for approach in first["approaches"]
        },
    )


def _made_with(content: Mapping[str, Any]) -> tuple[Any, ...]:
    names = [approach["name"] for approach in content["approaches"]]
    return content["luminosity_fb"], content["confidence_level"], names


def _point(content: Mapping[str, Any], name: str) -> PlanePoint:
    approach = next(item for item in content["approaches"] if item["name"] == name)
    good = approach["status"] == "ok" and approach["limit"] is not None
    estimate = content["estimates"][name]["limit"] if good else None
    values = approach["limit"]["expected"] if good else [None] * len(content["sigmas"])
    expected = dict(zip(content["sigmas"], values, strict=True))
    return PlanePoint(
        name=content["point"],
        n2=content["mass_n2"],
        n1=content["mass_n1"],
        status=approach["status"],
        signal=approach["signal"]["value"],
        signal_events=approach["signal"]["events"],
        background=approach["background"]["value"],
        limits=tuple(expected[sigma] for sigma in DRAWN) if good else None,
        limit_error=estimate["error"] if estimate else None,
    )


@dataclass(frozen=True)
class Reach:
    """The greatest mass at a splitting where a signal strength is excluded."""

    splitting: float
    """Of N2 and N1 [GeV]."""
    n2: float | None
    """GeV; None if there is none."""
    open: bool
    """Whether that is where the simulated points end, so that the limit is at a greater mass."""


class Surface:
    """Limit on the signal strength at any masses between points.

    Parameters
    ----------
    triangles : of the points, in coordinates scaled to the ranges of mass and log(splitting)
    n1, splittings, limits : of the points, shape (n,) each; limits are not-a-number where unknown
    """

    def __init__(self, triangles: Delaunay, n1: Floats, splittings: Floats, limits: Floats) -> None:
        self.triangles, self.n1, self.splittings = triangles, n1, splittings
        self.logarithms = np.log(limits)
        self._interpolate = LinearNDInterpolator(triangles, self.logarithms)

    @classmethod
    def through(
        cls, n1: Sequence[float], splittings: Sequence[float], limits: Sequence[float]
    ) -> Surface | None:
        """The surface through points; None if they are fewer than three or on a line."""
        masses, differences = np.asarray(n1, float), np.asarray(splittings, float)
        logarithms = np.log(differences)
        scaled = np.stack([_scaled(masses, masses), _scaled(logarithms, logarithms)], axis=1)
        try:
            triangles = Delaunay(scaled)
        except (QhullError, ValueError):
            return None
        return cls(triangles, masses, differences, np.asarray(limits, float))

    def __call__(self, n1: npt.ArrayLike, splittings: npt.ArrayLike) -> Floats:
        """Limit at these masses [GeV]; not-a-number outside the points and beside unknown ones."""
        first = _inside(_scaled(np.asarray(n1, float), self.n1))
        second = _inside(_scaled(np.log(np.asarray(splittings, float)), np.log(self.splittings)))
        limit: Floats = np.exp(self._interpolate(*np.broadcast_arrays(first, second)))
        return limit

    def contour(self, strength: float = 1.0) -> list[Line]:
        """Where the limit is this signal strength: a line in each triangle that it crosses."""
        logarithms = self.logarithms - np.log(strength)
        pieces = (self._piece(corners, logarithms) for corners in self.triangles.simplices)
        return [piece for piece in pieces if piece]

    def _piece(self, corners: npt.NDArray[np.int32], logarithms: Floats) -> Line:
        """The part of the line of zeros in a triangle, empty if there is none."""
        if not np.isfinite(logarithms[corners]).all():
            return []
        ends = []
        for a, b in zip(corners, np.roll(corners, 1), strict=True):
            low, high = logarithms[a], logarithms[b]
            if (low > 0) != (high > 0):
                share = low / (low - high)
                mass = (1 - share) * self.n1[a] + share * self.n1[b]
                ends.append((mass, self.splittings[a] ** (1 - share) * self.splittings[b] ** share))
        if not ends:
            return []
        n1 = np.linspace(ends[0][0], ends[1][0], BENDS)
        splittings = np.geomspace(ends[0][1], ends[1][1], BENDS)
        return [(float(mass + d), float(d)) for mass, d in zip(n1, splittings, strict=True)]

    def reach(self, splitting: float, strength: float = 1.0) -> Reach:
        """The greatest mass at a splitting [GeV] where a signal strength is excluded."""
        masses = np.linspace(self.n1.min(), self.n1.max(), STEPS)
        logarithms = np.log(self(masses, splitting) / strength)
        excluded = np.flatnonzero(logarithms <= 0)
        if excluded.size == 0:
            return Reach(splitting, None, False)
        last = int(excluded[-1])
        after = logarithms[last + 1] if last + 1 < STEPS else np.nan
        if not np.isfinite(after):
            return Reach(splitting, float(masses[last] + splitting), True)
        share = logarithms[last] / (logarithms[last] - after)
        end = masses[last] + share * (masses[1] - masses[0])
        return Reach(splitting, float(end + splitting), False)


def _scaled(values: Floats, of: Floats) -> Floats:
    """Values relative to the range of others."""
    low, high = float(of.min()), float(of.max())
    return (values - low) / ((high - low) or 1.0)


def _inside(scaled: Floats) -> Floats:
    """Values at the ends of the range, give or take rounding, a hair within it."""
    moved = np.where(np.abs(scaled) < EDGE, EDGE, scaled)
    inside: Floats = np.where(np.abs(moved - 1) < EDGE, 1 - EDGE, moved)
    return inside
