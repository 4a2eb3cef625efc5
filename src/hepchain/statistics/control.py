"""A control region that normalises the background from data, beside a signal region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hepchain.config.statistics import StatisticsConfig
from hepchain.statistics.gain import median
from hepchain.statistics.inference import (
    SIGMAS,
    Limit,
    NoLimitError,
    NotConvergedError,
    discovery_significance,
    expected_limit,
)
from hepchain.statistics.region import INSUFFICIENT, NOT_CONVERGED, Region, modelled, unscaled
from hepchain.statistics.results import OK, ApproachResult
from hepchain.statistics.templates import make_templates
from hepchain.statistics.variations import Sides, summed_sides
from hepchain.statistics.workspace import (
    SIGNAL,
    SIGNAL_STRENGTH,
    Specification,
    Uncertainties,
    normalisation,
    staterror,
    variation_modifiers,
)
from hepchain.statistics.yields import Yield

BACKGROUND = "background"
"""Name of the sum of the backgrounds in the workspace."""

BACKGROUND_SCALE = "background_scale"
"""Parameter of the background's normalisation, free, common to both regions."""


@dataclass(frozen=True)
class Counted:
    """Yields of a region that is counted."""

    signal: Yield
    background: Yield
    """Sum of the backgrounds."""
    variations: Mapping[str, Sequence[Sides]] = field(default_factory=dict)
    """``signal`` and ``background`` -> variations of the simulation."""

    @classmethod
    def of(cls, region: Region, config: StatisticsConfig) -> Counted:
        """All events of a region, in one bin."""
        templates = make_templates(region.signal, region.backgrounds, region.edges[[0, -1]])
        sides = dict(modelled(region, templates, config))
        signal = sides.pop(SIGNAL, ())
        yields = {name: sum(item.contents) for name, item in templates.backgrounds.items()}
        return cls(
            Yield.of(region.signal.event_weights()),
            Yield.of(region.background_weights),
            {SIGNAL: signal, BACKGROUND: summed_sides(yields, sides)},
        )


@dataclass(frozen=True)
class ControlResult:
    """What a control region makes of the result of an approach."""

    approach: str
    status: str
    """As of an approach."""
    signal: Yield
    """In the control region."""
    background: Yield
    ratio: float | None
    """Background in the signal region over that in the control region."""
    ratio_error: float | None
    """Statistical error of the simulation, for independent events."""
    transfer_uncertainty: float
    """Relative uncertainty of that ratio in the model, beside its statistics."""
    profile_likelihood: float | None
    """Median discovery significance."""
    limit: Limit | None
    gain: float | None
    """Median limit without the control region over that with it."""


def control_workspace(
    region: Counted,
    control: Counted,
    uncertainties: Uncertainties,
    transfer_uncertainty: float,
    signal_factor: float = 1.0,
) -> Specification:
    """Workspace of a signal region and a control region, both counted.

    The normalisation of the background is a free parameter common to both, so that neither its
    prior nor the luminosity matter for it; the ratio of the regions has a log-normal uncertainty.
    The signal is in both. Statistical errors of the simulation are those of :mod:`.workspace`,
    apart for each region; a variation of it has one parameter for both. The observation is the
    expected background.
    """
    channels = [
        _channel("region", region, uncertainties, transfer_uncertainty, signal_factor),
        _channel("control", control, uncertainties, 0.0, signal_factor),
    ]
    counts = {"region": region.background.value, "control": control.background.value}
    config: dict[str, Any] = {"poi": SIGNAL_STRENGTH, "parameters": []}
    return {
        "channels": channels,
        "observations": [{"name": name, "data": [count]} for name, count in counts.items()],
        "measurements": [{"name": "expected_limit", "config": config}],
        "version": "1.0.0",
    }


def _channel(
    name: str, counted: Counted, uncertainties: Uncertainties, transfer: float, factor: float
) -> dict[str, Any]:
    signal, background = counted.signal, counted.background
    return {
        "name": name,
        "samples": [
            {
                "name": SIGNAL,
                "data": [factor * signal.value],
                "modifiers": [
                    {"name": SIGNAL_STRENGTH, "type": "normfactor", "data": None},
                    *uncertainties.of_signal(),
                    *variation_modifiers(counted.variations.get(SIGNAL, ()), 1, factor),
                    staterror(f"staterror_signal_{name}", [factor * signal.error]),
                ],
            },
            {
                "name": BACKGROUND,
                "data": [background.value],
                "modifiers": [
                    {"name": BACKGROUND_SCALE, "type": "normfactor", "data": None},
                    *normalisation("transfer", transfer),
                    *variation_modifiers(counted.variations.get(BACKGROUND, ()), 1),
                    staterror(f"staterror_background_{name}", [background.error]),
                ],
            },
        ],
    }


def control_result(
    result: ApproachResult,
    region: Counted,
    control: Counted,
    uncertainties: Uncertainties,
    config: StatisticsConfig,
    scale: float,
) -> tuple[ControlResult, Specification]:
    """Expected limit of a fit to both regions, and the workspace.

    Parameters
    ----------
    result : of the approach without the control region
    scale : signal strength of the order of the limit, in whose units fits are made
    """
    transfer = config.control.transfer_uncertainty
    workspace = control_workspace(region, control, uncertainties, transfer)
    ratio, error = _ratio(region.background, control.background)
    found = ControlResult(
        result.name,
        result.status,
        control.signal,
        control.background,
        ratio,
        error,
        transfer,
        None,
        None,
        None,
    )
    few = control.background.events < config.min_background_events
    if result.status == OK and few:
        text = f"{control.background.events} simulated background events in the control region"
        return replace(found, status=f"{INSUFFICIENT}: {text}"), workspace
    if result.status != OK:
        return found, workspace
    scaled = control_workspace(region, control, uncertainties, transfer, scale)
    return _fitted(found, scaled, scale, median(result), config.confidence_level), workspace


def _fitted(
    found: ControlResult,
    scaled: Specification,
    scale: float,
    without: float | None,
    confidence_level: float,
) -> ControlResult:
    """The result with what fits add, or with the status that tells of their failure."""
    try:
        limit = unscaled(expected_limit(scaled, confidence_level), scale)
        significance = discovery_significance(scaled, strength=1.0 / scale)
    except NoLimitError as error:
        return replace(found, status=f"{INSUFFICIENT}: {error}")
    except NotConvergedError as error:
        return replace(found, status=f"{NOT_CONVERGED}: {error}")
    middle = limit.expected[SIGMAS.index(0)]
    gain = without / middle if without is not None else None
    return replace(found, profile_likelihood=significance, limit=limit, gain=gain)


def _ratio(region: Yield, control: Yield) -> tuple[float | None, float | None]:
    if region.relative_error is None or control.relative_error is None:
        return None, None
    ratio = region.value / control.value
    return ratio, float(ratio * np.hypot(region.relative_error, control.relative_error))
