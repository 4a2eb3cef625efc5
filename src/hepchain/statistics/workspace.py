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
    observation: Sequence[float] | None = None,
) -> Specification:
    """Workspace of one channel: signal times ``mu``, and the backgrounds, as :func:`make_sample`.

    Systematic uncertainties are log-normal: those of the signal, one common to all backgrounds,
    that of the luminosity common to everything.

    Parameters
    ----------
    channel, measurement : names in the workspace
    signal_factor : scales the signal, so that ``mu`` is of order one in a fit
    variations : sample (:data:`SIGNAL` or a background) -> its variations
    observation : events of data in each bin; None: the expected background (Asimov)
    """
    of_background = [
        *normalisation("background_normalisation", uncertainties.background),
        *normalisation("luminosity", uncertainties.luminosity),
    ]
    sides = variations or {}
    signal = sides.get(SIGNAL, ())
    samples = [
        make_signal(templates.signal, uncertainties, signal, "staterror_signal", signal_factor),
        *(
            make_sample(name, template, of_background, sides.get(name, ()), "staterror_background")
            for name, template in templates.backgrounds.items()
        ),
    ]
    counts = templates.background.contents if observation is None else observation
    return assemble({channel: samples}, {channel: counts}, measurement)


def assemble(
    channels: Mapping[str, Sequence[Mapping[str, Any]]],
    observations: Mapping[str, Sequence[float]],
    measurement: str = "expected_limit",
) -> Specification:
    """Workspace of channels with their samples and their counts in each bin."""
    config: dict[str, Any] = {"poi": SIGNAL_STRENGTH, "parameters": []}
    return {
        "channels": [{"name": name, "samples": list(items)} for name, items in channels.items()],
        "observations": [
            {"name": name, "data": list(counts)} for name, counts in observations.items()
        ],
        "measurements": [{"name": measurement, "config": config}],
        "version": "1.0.0",
    }


def make_sample(
    name: str,
    template: Template,
    modifiers: Sequence[dict[str, Any]],
    variations: Sequence[Sides],
    staterror: str,
    factor: float = 1.0,
) -> dict[str, Any]:
    """A sample of a channel, times ``factor``.

    The statistical error of the simulation is a ``staterror`` a bin (Barlow and Beeston, CPC 77
    (1993) 219, in the form of HistFactory), for the sum of the samples that share its name: one of
    the signal apart stays right at every ``mu``. A variation of the simulation has one parameter a
    source, common to all samples: a ``normsys`` of the yield and, with several bins, a ``histosys``
    of the shape.
    """
    errors = [factor * error for error in template.errors]
    return {
        "name": name,
        "data": [factor * content for content in template.contents],
        "modifiers": [
            *modifiers,
            *_variation_modifiers(variations, len(template.contents), factor),
            {"name": staterror, "type": "staterror", "data": errors},
        ],
    }


def make_signal(
    template: Template,
    uncertainties: Uncertainties,
    variations: Sequence[Sides],
    staterror: str,
    factor: float,
) -> dict[str, Any]:
    """The signal of a channel, with all its uncertainties, times ``mu`` and ``factor``."""
    modifiers = [free_normalisation(SIGNAL_STRENGTH), *uncertainties.of_signal()]
    return make_sample(SIGNAL, template, modifiers, variations, staterror, factor)


def free_normalisation(name: str) -> dict[str, Any]:
    """Modifier of a parameter that scales a sample."""
    return {"name": name, "type": "normfactor", "data": None}


def normalisation(name: str, uncertainty: float) -> list[dict[str, Any]]:
    """Modifier of a log-normal uncertainty d; none if it is 0.

    A ``normsys`` with exp(-d) and exp(d): one standard deviation changes the yield by d to first
    order.
    """
    if uncertainty == 0.0:
        return []
    factors = {"lo": math.exp(-uncertainty), "hi": math.exp(uncertainty)}
    return [{"name": name, "type": "normsys", "data": factors}]


def _variation_modifiers(
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
