"""One signal region from its events to its result: templates, workspace, limit, significances."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.config.statistics import CountingConfig
from hepchain.statistics.diagnostics import Diagnostics, diagnose
from hepchain.statistics.discovery import discovery_significance
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import (
    INSUFFICIENT,
    SIGMAS,
    NoLimitError,
    expected_limit,
    status_of,
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


@dataclass(frozen=True)
class Model:
    """A region as fits take it."""

    region: Region
    templates: Templates
    sides: Mapping[str, Sequence[Sides]]
    """Sample -> its variations."""
    uncertainties: Uncertainties

    @classmethod
    def of(cls, region: Region, config: CountingConfig) -> Model:
        """Templates of a region, with the variations and uncertainties of the configuration."""
        templates = make_templates(region.signal, region.backgrounds, region.edges)
        nominal = {SIGNAL: templates.signal, **templates.backgrounds}
        only_significant = config.insignificant_variations == "drop"
        sides = {
            name: model_sides(nominal[name], varied, templates.edges, only_significant)
            for name, varied in region.varied.items()
        }
        return cls(region, templates, sides, uncertainties_of(config, region.signal_uncertainties))

    @property
    def counts(self) -> tuple[int, ...] | None:
        """Events of data in each bin; None where there are none to count."""
        data = self.region.data
        return None if data is None else count_data(data, self.templates.edges)

    def workspace(
        self,
        scale: float = 1.0,
        observation: Sequence[int] | None = None,
        measurement: str = "expected_limit",
    ) -> Specification:
        """Workspace with the signal times ``scale``, as :func:`make_workspace`."""
        return make_workspace(
            self.templates,
            self.uncertainties,
            self.region.name,
            measurement,
            scale,
            self.sides,
            observation,
        )

    def counted(self) -> ApproachResult:
        """Everything that needs no fit."""
        region, templates = self.region, self.templates
        signal = Yield.of(region.signal.event_weights())
        background = Yield.of(region.background_weights)
        backgrounds = {name: Yield.of(e.event_weights()) for name, e in region.backgrounds.items()}
        variation = yield_variation({n: y.value for n, y in backgrounds.items()}, self.sides)
        of_signal = yield_variation({SIGNAL: signal.value}, self.sides)
        sizes = self.uncertainties
        common = math.hypot(sizes.background, sizes.luminosity)
        error = math.hypot(common * background.value, variation, background.error)
        alone = math.hypot(*sizes.signal.values(), sizes.luminosity)
        return ApproachResult(
            name=region.approach,
            title=region.title,
            status=OK,
            signal=signal,
            background=background,
            backgrounds=backgrounds,
            signal_uncertainty=math.hypot(alone * signal.value, of_signal, signal.error),
            background_uncertainty=error,
            background_variation=variation,
            variations=tuple(
                record
                for name, varied in region.varied.items()
                for record in variation_results(name, varied, self.sides[name])
            ),
            templates=TemplateSummary(
                templates.edges, templates.requested_bins, templates.signal, templates.background
            ),
            significances=_without_fits(signal.value, background.value, error),
            limit=None,
        )


def _without_fits(s: float, b: float, error: float) -> Significances:
    """Significances of yields, ``error`` being that of the background."""
    if b <= 0.0 or s < 0.0:
        return Significances(None, None, None, None, None)
    return Significances(
        s_over_b=s / b,
        s_over_sqrt_b=float(s_over_sqrt_b(s, b)),
        asimov=float(asimov_significance(s, b, error)),
        asimov_statistical=float(asimov_significance(s, b)),
        profile_likelihood=None,
    )


def uncertainties_of(config: CountingConfig, signal: Mapping[str, float]) -> Uncertainties:
    """Systematic uncertainties of the configuration, with those of a signal."""
    return Uncertainties(
        signal=signal,
        background=config.background_uncertainty,
        luminosity=config.luminosity_uncertainty,
    )


def analyse(region: Region, config: CountingConfig) -> tuple[ApproachResult, Specification]:
    """Result and workspace of a region.

    A region with too few simulated events, or whose fit fails, has a result without a limit, and a
    status that says why; its workspace is written as it is, with that word as the name of its
    measurement. With data their counts are its observation, but the expected limit is the one
    before they were seen.
    """
    model = Model.of(region, config)
    _report_merging(region, model.templates)
    result = model.counted()
    shortage = find_shortage(region, config)
    if shortage:
        result = replace(result, status=f"{INSUFFICIENT}: {shortage}")
    else:
        result = _fitted(result, model, config.confidence_level)
    counts = model.counts
    if counts is not None:
        observed = _observed(counts, result, model, config.confidence_level)
        result = replace(result, observed=observed)
    return result, model.workspace(observation=counts, measurement=_measurement(result))


def counted(region: Region, config: CountingConfig) -> ApproachResult:
    """Result of a region without what needs fits."""
    return Model.of(region, config).counted()


def diagnosed(region: Region, config: CountingConfig, result: ApproachResult) -> Diagnostics:
    """What the fits of a region show; ``result``: that of the region, with a limit.

    Raises
    ------
    NotConvergedError : a fit has failed
    """
    model, scale = Model.of(region, config), counting_scale(result)
    middle = result.limit.expected[SIGMAS.index(0)] if result.limit is not None else scale
    return diagnose(model.workspace(scale, model.counts), scale, (0.0, 1.0, middle))


def _measurement(result: ApproachResult) -> str:
    """Name of the measurement of the workspace."""
    if result.status == OK:
        return "expected_limit" if result.observed is None else "observed_limit"
    return result.status.split(":")[0].replace(" ", "_")


def _fitted(result: ApproachResult, model: Model, confidence_level: float) -> ApproachResult:
    """The result with what fits add, or with the status that tells of their failure."""
    scale = counting_scale(result)
    scaled = model.workspace(scale)
    try:
        limit = expected_limit(scaled, confidence_level)
        significance = discovery_significance(scaled, strength=1.0 / scale)
    except (NoLimitError, NotConvergedError) as error:
        return replace(result, status=status_of(error))
    significances = replace(result.significances, profile_likelihood=significance)
    return replace(result, significances=significances, limit=limit.scaled(scale))


def _observed(
    counts: Sequence[int], result: ApproachResult, model: Model, confidence_level: float
) -> Observed:
    """What data say, in a model that has given an expected limit."""
    if result.status != OK:
        return not_fitted(counts, result.status)
    scale = counting_scale(result)
    return observe(counts, model.workspace(scale, counts), scale, confidence_level)


def find_shortage(region: Region, config: CountingConfig) -> str | None:
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
        edges = [round(edge, 3) for edge in templates.edges]
        assumed(
            LOGGER,
            Kind.BINS_MERGED,
            f"{region.name}: {templates.requested_bins} bins are merged into {bins} with edges "
            f"{edges}, since some had no background",
            templates.requested_bins - bins,
            templates.requested_bins,
        )


def counting_scale(result: ApproachResult) -> float:
    """Signal strength near the limit, in whose units fits are made.

    The limit of a counting experiment, roughly: two standard deviations, and 3 events at least.
    """
    variance = result.background.value + result.background_uncertainty**2
    return float((2.0 * np.sqrt(variance) + 3.0) / result.signal.value)
