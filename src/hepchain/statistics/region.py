"""One signal region from its events to its result: templates, workspace, limit, significances."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from hepchain.config.statistics import StatisticsConfig
from hepchain.statistics.diagnostics import Diagnostics, diagnose
from hepchain.statistics.inference import (
    SIGMAS,
    Limit,
    NoLimitError,
    NotConvergedError,
    discovery_significance,
    expected_limit,
)
from hepchain.statistics.observation import count_data, not_fitted, observe
from hepchain.statistics.results import (
    OK,
    ApproachResult,
    Observed,
    Significances,
    TemplateSummary,
)
from hepchain.statistics.significance import asimov_significance, s_over_sqrt_b
from hepchain.statistics.templates import Entries, Templates, make_templates
from hepchain.statistics.variations import (
    Sides,
    Varied,
    model_sides,
    variation_results,
    yield_variation,
)
from hepchain.statistics.workspace import SIGNAL, Specification, Uncertainties, make_workspace
from hepchain.statistics.yields import Yield

LOGGER = logging.getLogger(__name__)

INSUFFICIENT = "insufficient"
"""First word of the status of a region with too few simulated events."""

NOT_CONVERGED = "not converged"
"""First words of the status of a region whose fit has failed."""


@dataclass(frozen=True)
class Region:
    """What is counted in a region, and how it is called."""

    name: str
    """Name of the channel and of the region in messages."""
    approach: str
    title: str
    """The approach, and how figures call it."""
    signal: Entries
    backgrounds: Mapping[str, Entries]
    """Name of the sample -> its events."""
    edges: npt.NDArray[np.float64]
    """Bins of the template that are asked for."""
    signal_uncertainties: Mapping[str, float]
    """Name -> relative uncertainty of the signal."""
    varied: Mapping[str, Sequence[Varied]] = field(default_factory=dict)
    """``signal``, or the name of a background -> its variations."""
    data: Sequence[Entries] | None = None
    """Events of each sample of data; None while closed, and where they cannot be counted."""

    @property
    def background_weights(self) -> npt.NDArray[np.float64]:
        """Weights of all background events."""
        return np.concatenate([entries.event_weights() for entries in self.backgrounds.values()])


def uncertainties_of(config: StatisticsConfig, signal: Mapping[str, float]) -> Uncertainties:
    """Systematic uncertainties of the configuration, with those of a signal."""
    return Uncertainties(
        signal=signal,
        background=config.background_uncertainty,
        luminosity=config.luminosity_uncertainty,
    )


def analyse(region: Region, config: StatisticsConfig) -> tuple[ApproachResult, Specification]:
    """Result and workspace of a region.

    A region with too few simulated events, or whose fit fails, has a result without a limit, and a
    status that says why; its workspace is written as it is, with that word as the name of its
    measurement. With data their counts are its observation, but the expected limit is the one
    before they were seen.
    """
    uncertainties = uncertainties_of(config, region.signal_uncertainties)
    templates = make_templates(region.signal, region.backgrounds, region.edges)
    _report_merging(region, templates)
    sides = modelled(region, templates, config)
    result = _counted(region, templates, sides, uncertainties)
    shortage = find_shortage(region, config)
    if shortage:
        result = replace(result, status=f"{INSUFFICIENT}: {shortage}")
    else:
        result = _fitted(result, templates, sides, region, config)
    counts = None if region.data is None else count_data(region.data, templates.edges)
    if counts is not None:
        observed = _observed(counts, result, templates, sides, region, config)
        result = replace(result, observed=observed)
    workspace = make_workspace(
        templates,
        uncertainties,
        region.name,
        _measurement(result),
        variations=sides,
        observation=counts,
    )
    return result, workspace


def _measurement(result: ApproachResult) -> str:
    """Name of the measurement of the workspace."""
    if result.status == OK:
        return "expected_limit" if result.observed is None else "observed_limit"
    return result.status.split(":")[0].replace(" ", "_")


def modelled(
    region: Region, templates: Templates, config: StatisticsConfig
) -> dict[str, tuple[Sides, ...]]:
    """Sample -> its variations as they are in the statistical model."""
    only_significant = config.insignificant_variations == "drop"
    nominal = {SIGNAL: templates.signal, **templates.backgrounds}
    return {
        name: model_sides(nominal[name], varied, templates.edges, only_significant)
        for name, varied in region.varied.items()
    }


def find_shortage(region: Region, config: StatisticsConfig) -> str | None:
    """What is missing for templates that a fit can use, and what to do; None if nothing is."""
    samples = ", ".join(region.backgrounds)
    problems = [
        _too_few("background", samples, region.background_weights, config.min_background_events),
        _too_few("signal", "the signal", region.signal.event_weights(), config.min_signal_events),
    ]
    return "; ".join(problem for problem in problems if problem) or None


def _too_few(what: str, samples: str, weights: npt.NDArray[np.float64], needed: int) -> str | None:
    found = len(weights)
    if found < needed:
        factor = f"some {needed / found:.2g} times as many" if found else "many more"
        return (
            f"{found} simulated {what} events, {needed - found} fewer than the {needed} of "
            f"statistics.min_{what}_events: increase simulation.parts of {samples} to {factor}"
        )
    if weights.sum() <= 0.0:
        return f"the {what} yield {weights.sum():.3g} is not positive: simulate more of {samples}"
    return None


def _report_merging(region: Region, templates: Templates) -> None:
    bins = len(templates.edges) - 1
    if bins < templates.requested_bins:
        LOGGER.warning(
            "%s: %d bins merged into %d with edges %s, since some had no background",
            region.name,
            templates.requested_bins,
            bins,
            [round(edge, 3) for edge in templates.edges],
        )


def background_error(
    background: Yield, uncertainties: Uncertainties, variation: float = 0.0
) -> float:
    """Uncertainty of a background yield: all sources in quadrature.

    Parameters
    ----------
    variation : uncertainty from variations of the simulation, in events
    """
    systematic = math.hypot(uncertainties.background, uncertainties.luminosity)
    return math.hypot(systematic * background.value, variation, background.error)


def signal_error(signal: Yield, uncertainties: Uncertainties, variation: float = 0.0) -> float:
    """Uncertainty of a signal yield, as :func:`background_error`."""
    systematic = math.hypot(*uncertainties.signal.values(), uncertainties.luminosity)
    return math.hypot(systematic * signal.value, variation, signal.error)


def counted(region: Region, config: StatisticsConfig) -> ApproachResult:
    """Result of a region without what needs fits."""
    templates = make_templates(region.signal, region.backgrounds, region.edges)
    sides = modelled(region, templates, config)
    uncertainties = uncertainties_of(config, region.signal_uncertainties)
    return _counted(region, templates, sides, uncertainties)


def _counted(
    region: Region,
    templates: Templates,
    sides: Mapping[str, Sequence[Sides]],
    uncertainties: Uncertainties,
) -> ApproachResult:
    """Everything that needs no fit."""
    signal, background = (
        Yield.of(region.signal.event_weights()),
        Yield.of(region.background_weights),
    )
    backgrounds = {name: Yield.of(e.event_weights()) for name, e in region.backgrounds.items()}
    variation = yield_variation({n: y.value for n, y in backgrounds.items()}, sides)
    error = background_error(background, uncertainties, variation)
    varied = yield_variation({SIGNAL: signal.value}, sides)
    exists = background.value > 0.0 and signal.value >= 0.0
    s, b = signal.value, background.value
    return ApproachResult(
        name=region.approach,
        title=region.title,
        status=OK,
        signal=signal,
        background=background,
        backgrounds=backgrounds,
        signal_uncertainty=signal_error(signal, uncertainties, varied),
        background_uncertainty=error,
        background_variation=variation,
        variations=tuple(
            record
            for name, varied in region.varied.items()
            for record in variation_results(name, varied, sides[name])
        ),
        templates=TemplateSummary(
            templates.edges, templates.requested_bins, templates.signal, templates.background
        ),
        significances=Significances(
            s_over_b=s / b if exists else None,
            s_over_sqrt_b=float(s_over_sqrt_b(s, b)) if exists else None,
            asimov=float(asimov_significance(s, b, error)) if exists else None,
            asimov_statistical=float(asimov_significance(s, b)) if exists else None,
            profile_likelihood=None,
        ),
        limit=None,
    )


def _fitted(
    result: ApproachResult,
    templates: Templates,
    sides: Mapping[str, Sequence[Sides]],
    region: Region,
    config: StatisticsConfig,
) -> ApproachResult:
    """The result with what fits add, or with the status that tells of their failure."""
    uncertainties = uncertainties_of(config, region.signal_uncertainties)
    scale = counting_scale(result)
    scaled = make_workspace(
        templates, uncertainties, region.name, signal_factor=scale, variations=sides
    )
    try:
        limit = expected_limit(scaled, config.confidence_level)
        significance = discovery_significance(scaled, strength=1.0 / scale)
    except NoLimitError as error:
        return replace(result, status=f"{INSUFFICIENT}: {error}")
    except NotConvergedError as error:
        return replace(result, status=f"{NOT_CONVERGED}: {error}")
    significances = replace(result.significances, profile_likelihood=significance)
    return replace(result, significances=significances, limit=unscaled(limit, scale))


def diagnosed(region: Region, config: StatisticsConfig, result: ApproachResult) -> Diagnostics:
    """What the fits of a region show; ``result``: that of the region, with a limit.

    Raises
    ------
    NotConvergedError : a fit has failed
    """
    templates = make_templates(region.signal, region.backgrounds, region.edges)
    sides = modelled(region, templates, config)
    scale = counting_scale(result)
    workspace = make_workspace(
        templates,
        uncertainties_of(config, region.signal_uncertainties),
        region.name,
        signal_factor=scale,
        variations=sides,
        observation=None if region.data is None else count_data(region.data, templates.edges),
    )
    middle = result.limit.expected[SIGMAS.index(0)] if result.limit is not None else scale
    return diagnose(workspace, scale, (0.0, 1.0, middle))


def _observed(
    counts: Sequence[int],
    result: ApproachResult,
    templates: Templates,
    sides: Mapping[str, Sequence[Sides]],
    region: Region,
    config: StatisticsConfig,
) -> Observed:
    """What data say, in a model that has given an expected limit."""
    if result.status != OK:
        return not_fitted(counts, result.status)
    scale = counting_scale(result)
    workspace = make_workspace(
        templates,
        uncertainties_of(config, region.signal_uncertainties),
        region.name,
        signal_factor=scale,
        variations=sides,
        observation=counts,
    )
    return observe(counts, workspace, scale, config.confidence_level)


def counting_scale(result: ApproachResult) -> float:
    """Signal strength near the limit, in whose units fits are made.

    The limit of a counting experiment, roughly: two standard deviations, and 3 events at least.
    """
    variance = result.background.value + result.background_uncertainty**2
    return float((2.0 * np.sqrt(variance) + 3.0) / result.signal.value)


def unscaled(limit: Limit, scale: float) -> Limit:
    """Limit in units of the prediction, of one in units of ``scale``."""
    low, high = limit.bracket
    return replace(
        limit,
        expected=tuple(scale * value for value in limit.expected),
        bracket=(scale * low, scale * high),
    )
