"""A control region that normalises the background from data, beside a signal region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics.gain import median, ratio
from hepchain.statistics.discovery import discovery_significance
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import (
    INSUFFICIENT,
    SIGMAS,
    Limit,
    NoLimitError,
    expected_limit,
    status_of,
)
from hepchain.statistics.region import Model, Region
from hepchain.statistics.results import OK, ApproachResult
from hepchain.statistics.templates import Template
from hepchain.statistics.variations import Sides, summed_sides
from hepchain.statistics.workspace import (
    SIGNAL,
    Specification,
    Uncertainties,
    assemble,
    free_normalisation,
    make_sample,
    make_signal,
    normalisation,
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
        model = Model.of(replace(region, edges=region.edges[[0, -1]]), config)
        sides = dict(model.sides)
        signal = sides.pop(SIGNAL, ())
        yields = {name: sum(item.contents) for name, item in model.templates.backgrounds.items()}
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
    profile_likelihood: float | None = None
    """Median discovery significance."""
    limit: Limit | None = None
    gain: float | None = None
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
    regions = {"region": region, "control": control}
    transfers = {"region": transfer_uncertainty, "control": 0.0}
    return assemble(
        {
            name: _samples(name, counted, uncertainties, transfers[name], signal_factor)
            for name, counted in regions.items()
        },
        {name: [counted.background.value] for name, counted in regions.items()},
    )


def _samples(
    name: str, counted: Counted, uncertainties: Uncertainties, transfer: float, factor: float
) -> list[dict[str, Any]]:
    signal, background = (
        Template((item.value,), (item.error,), (item.events,))
        for item in (counted.signal, counted.background)
    )
    modifiers = [free_normalisation(BACKGROUND_SCALE), *normalisation("transfer", transfer)]
    of_signal, of_background = (counted.variations.get(n, ()) for n in (SIGNAL, BACKGROUND))
    return [
        make_signal(signal, uncertainties, of_signal, f"staterror_signal_{name}", factor),
        make_sample(
            BACKGROUND, background, modifiers, of_background, f"staterror_background_{name}"
        ),
    ]


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
    share, error = _ratio(region.background, control.background)
    found = ControlResult(
        approach=result.name,
        status=result.status,
        signal=control.signal,
        background=control.background,
        ratio=share,
        ratio_error=error,
        transfer_uncertainty=transfer,
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
        limit = expected_limit(scaled, confidence_level).scaled(scale)
        significance = discovery_significance(scaled, strength=1.0 / scale)
    except (NoLimitError, NotConvergedError) as error:
        return replace(found, status=status_of(error))
    gain = ratio(without, limit.expected[SIGMAS.index(0)])
    return replace(found, profile_likelihood=significance, limit=limit, gain=gain)


def _ratio(region: Yield, control: Yield) -> tuple[float | None, float | None]:
    if region.relative_error is None or control.relative_error is None:
        return None, None
    share = region.value / control.value
    return share, float(share * np.hypot(region.relative_error, control.relative_error))
