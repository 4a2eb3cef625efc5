"""HistFactory workspaces as pyhf reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.variations import Sides

Specification = dict[str, Any]
"""A pyhf workspace: JSON of the HistFactory schema (pyhf, JOSS 6 (2021) 2823)."""

SIGNAL_STRENGTH = "mu"
"""Parameter of interest: signal over its prediction."""

SIGNAL = "signal"
"""Name of the signal in the workspace; backgrounds have those of their samples."""


@dataclass(frozen=True)
class Uncertainties:
    """Relative systematic uncertainties; one that is 0 has no parameter."""

    signal: Mapping[str, float]
    """Name -> uncertainty of the signal alone."""
    background: float
    luminosity: float

    def of_signal(self) -> list[dict[str, Any]]:
        """Modifiers of the signal, a parameter ``signal_{name}`` each, and of the luminosity."""
        return [
            *(
                modifier
                for name, size in self.signal.items()
                for modifier in normalisation(f"signal_{name}", size)
            ),
            *normalisation("luminosity", self.luminosity),
        ]


def make_workspace(
    templates: Templates,
    uncertainties: Uncertainties,
    channel: str,
    measurement: str = "expected_limit",
    signal_factor: float = 1.0,
    variations: Mapping[str, Sequence[Sides]] | None = None,
    observation: Sequence[int] | None = None,
) -> Specification:
    """Workspace of one channel: signal times ``mu``, and the backgrounds.

    Systematic uncertainties are log-normal (``normsys`` with exp(-d) and exp(d), so that one
    standard deviation changes the yield by d to first order): those of the signal, one common to
    all backgrounds, that of the luminosity common to everything. The statistical error of the
    simulation is a ``staterror`` a bin (Barlow and Beeston, CPC 77 (1993) 219, in the form of
    HistFactory), for the sum of the backgrounds and, apart, for the signal, so that it stays right
    at every ``mu``. A variation of the simulation has one parameter a source, common to all
    samples: a ``normsys`` of the yield and, with several bins, a ``histosys`` of the shape.

    Parameters
    ----------
    channel, measurement : names in the workspace
    signal_factor : scales the signal, so that ``mu`` is of order one in a fit
    variations : sample (:data:`SIGNAL` or a background) -> its variations
    observation : events of data in each bin; None: the expected background (Asimov)
    """
    background = templates.background
    variations = variations or {}
    return {
        "channels": [
            {
                "name": channel,
                "samples": [
                    _signal_sample(
                        templates.signal, uncertainties, signal_factor, variations.get(SIGNAL, ())
                    ),
                    *(
                        _background_sample(name, template, uncertainties, variations.get(name, ()))
                        for name, template in templates.backgrounds.items()
                    ),
                ],
            }
        ],
        "observations": [
            {
                "name": channel,
                "data": list(background.contents if observation is None else observation),
            }
        ],
        "measurements": [
            {"name": measurement, "config": {"poi": SIGNAL_STRENGTH, "parameters": []}}
        ],
        "version": "1.0.0",
    }


def _signal_sample(
    template: Template, uncertainties: Uncertainties, factor: float, variations: Sequence[Sides]
) -> dict[str, Any]:
    return {
        "name": SIGNAL,
        "data": [factor * content for content in template.contents],
        "modifiers": [
            {"name": SIGNAL_STRENGTH, "type": "normfactor", "data": None},
            *uncertainties.of_signal(),
            *variation_modifiers(variations, len(template.contents), factor),
            staterror("staterror_signal", [factor * error for error in template.errors]),
        ],
    }


def _background_sample(
    name: str, template: Template, uncertainties: Uncertainties, variations: Sequence[Sides]
) -> dict[str, Any]:
    return {
        "name": name,
        "data": list(template.contents),
        "modifiers": [
            *normalisation("background_normalisation", uncertainties.background),
            *normalisation("luminosity", uncertainties.luminosity),
            *variation_modifiers(variations, len(template.contents)),
            staterror("staterror_background", list(template.errors)),
        ],
    }


def normalisation(name: str, uncertainty: float) -> list[dict[str, Any]]:
    """Modifier of a log-normal uncertainty; none if it is 0."""
    if uncertainty == 0.0:
        return []
    factors = {"lo": math.exp(-uncertainty), "hi": math.exp(uncertainty)}
    return [{"name": name, "type": "normsys", "data": factors}]


def variation_modifiers(
    variations: Sequence[Sides], bins: int, factor: float = 1.0
) -> list[dict[str, Any]]:
    """Modifiers of the variations of a sample; ``factor`` scales its contents."""
    modifiers: list[dict[str, Any]] = []
    for item in variations:
        name = f"variation_{item.source}"
        yields = {"hi": item.up, "lo": item.down}
        modifiers.append({"name": name, "type": "normsys", "data": yields})
        if bins > 1:
            shapes = {
                "hi_data": [factor * content for content in item.up_shape],
                "lo_data": [factor * content for content in item.down_shape],
            }
            modifiers.append({"name": name, "type": "histosys", "data": shapes})
    return modifiers


def staterror(name: str, errors: list[float]) -> dict[str, Any]:
    """Modifier of the statistical errors of the simulation, a parameter a bin."""
    return {"name": name, "type": "staterror", "data": errors}
