"""Toy mass points: three with one splitting, of which two have one background, and a fourth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.publication.patches import PointModel, without_point
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.variations import Sides
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

POINTS = {"a": (103.0, 100.0, 4.0), "b": (153.0, 150.0, 1.5), "c": (151.5, 150.0, 2.5)}
"""Name -> masses, signal."""
BACKGROUND = {3.0: 40.0, 1.5: 15.0}
"""Splitting -> background."""
UNCERTAINTIES = Uncertainties(signal={"cross_section": 0.2}, background=0.1, luminosity=0.017)
LOOSER = {"loose": 5.0, "tight": 1.0}
STATUS = "insufficient: 2 simulated events"


@dataclass(frozen=True)
class Written:
    """Files of the statistics."""

    results: Mapping[str, Path]
    workspaces: Mapping[str, Mapping[str, Path]]


def workspace(point: str, approach: str, more: float = 0.0) -> Specification:
    """Two bins, two backgrounds, a variation; ``more`` background if asked for."""
    n2, n1, signal = POINTS[point]
    background = LOOSER[approach] * BACKGROUND[n2 - n1] + more
    templates = Templates(
        edges=(0.0, 1.0, n2 - n1),
        requested_bins=2,
        signal=Template((signal, 2 * signal), (0.3, 0.4), (50, 70)),
        backgrounds={
            "w": Template((background, background / 2), (3.0, 2.0), (40, 30)),
            "z": Template((2.0, 1.0), (0.3, 0.2), (40, 30)),
        },
    )
    sides = {"signal": (Sides("noise", 1.1, 0.8, (signal, 2.1 * signal), (signal, 1.9 * signal)),)}
    return make_workspace(
        templates, UNCERTAINTIES, f"{point}_{approach}", variations=sides if point != "c" else {}
    )


def model(point: str, approach: str = "tight", more: float = 0.0) -> PointModel:
    """A mass point as it is published."""
    n2, n1, _ = POINTS[point]
    return PointModel(point, n2, n1, without_point(workspace(point, approach, more), point))


def result(
    point: str, status: str = "ok", observed: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the publication reads of ``result.json``."""
    n2, n1, signal = POINTS[point]
    approaches = []
    for name, factor in LOOSER.items():
        background = 1.5 * factor * BACKGROUND[n2 - n1] + 3.0
        good = status == "ok" or name == "loose"
        approaches.append(
            {
                "name": name,
                "title": f"{name} cuts",
                "status": "ok" if good else status,
                "signal": {"value": 3 * signal, "error": 0.5, "events": 120},
                "background": {"value": background, "error": 3.0, "events": 70},
                "backgrounds": {"w": {}, "z": {}},
                "background_uncertainty": 5.0,
                "significances": {"profile_likelihood": 0.7 if good else None},
                "limit": {"expected": [1.0, 1.4, 2.0, 3.0, 4.5]} if good else None,
                "observed": observed,
            }
        )
    estimates = {
        item["name"]: {"limit": {"value": 2.0, "error": 0.3} if item["limit"] else None}
        for item in approaches
    }
    return {
        "point": point,
        "mass_n2": n2,
        "mass_n1": n1,
        "splitting": n2 - n1,
        "luminosity_fb": 139.0,
        "confidence_level": 0.95,
        "approaches": approaches,
        "estimates": estimates,
        "control": {
            "approach": "tight",
            "status": status,
            "profile_likelihood": 0.8,
            "limit": {"expected": [0.9, 1.3, 1.9, 2.9, 4.4]} if status == "ok" else None,
        },
    }
