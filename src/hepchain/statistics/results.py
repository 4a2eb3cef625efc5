"""Records of ``result.json``: everything the statistics of a mass point say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hepchain.statistics.bootstrap import Estimate
from hepchain.statistics.inference import Limit
from hepchain.statistics.templates import Template
from hepchain.statistics.variations import VariationResult
from hepchain.statistics.workspace import Uncertainties
from hepchain.statistics.yields import Yield

OK = "ok"
"""Status of a result that is complete; any other status says what is wrong."""


@dataclass(frozen=True)
class Significances:
    """Expected significances; None where they do not exist."""

    s_over_b: float | None
    """Signal over background."""
    s_over_sqrt_b: float | None
    """Signal over the root of the background."""
    asimov: float | None
    """Asimov significance of the yields, with the background's uncertainty."""
    asimov_statistical: float | None
    """Asimov significance of the yields, with a background known exactly."""
    profile_likelihood: float | None
    """Median discovery significance of the workspace."""


@dataclass(frozen=True)
class TemplateSummary:
    """Templates of the fit."""

    edges: tuple[float, ...]
    """Bin edges of what the templates are of."""
    requested_bins: int
    """Bins before empty ones were merged."""
    signal: Template
    background: Template
    """Sum of the backgrounds."""


@dataclass(frozen=True)
class Observed:
    """What data say in the region; limit, significance and p-value are None unless ``status`` is
    ``ok``."""

    status: str
    """``ok``, or why there is no limit, as that of the result."""
    events: int
    contents: tuple[int, ...]
    """Events in each bin of the templates."""
    limit: float | None
    """Upper limit on the signal strength."""
    significance: float | None
    """Of an excess over the background alone; 0 if there is none."""
    p_value: float | None
    """Probability of this excess or more without signal; 0.5 if there is none."""


@dataclass(frozen=True)
class ToyNumber:
    """A number from toys, beside the asymptotic formulas for the same count."""

    value: float
    error: float
    """From the number of toys."""
    asymptotic: float
    ratio: float
    """``value`` over ``asymptotic``."""
    ratio_error: float


@dataclass(frozen=True)
class ToyLimits:
    """What toys say of the count of all events of a region."""

    status: str
    """``ok``, or ``failed: ...``, and then there are no numbers."""
    number: int
    """Toys of each hypothesis."""
    repetitions: int
    """How often, with other random numbers."""
    signal_uncertainty: float
    background_uncertainty: float
    """Relative, log-normal."""
    expected: tuple[ToyNumber, ...] | None = None
    """Upper limit on the signal strength at each of the quantiles."""
    observed: ToyNumber | None = None
    """Observed limit; None without open data."""
    p_value: ToyNumber | None = None
    """Of the background alone; None without open data."""


@dataclass(frozen=True)
class ApproachResult:
    """Result of an approach."""

    name: str
    title: str
    """As in figures."""
    status: str
    """``ok``, ``insufficient: ...`` (too few simulated events) or ``not converged: ...``."""
    signal: Yield
    background: Yield
    """Sum of the backgrounds."""
    backgrounds: dict[str, Yield]
    signal_uncertainty: float
    """Uncertainty of the signal yield, of all sources as that of the background."""
    background_uncertainty: float
    """Uncertainty of the background yield: systematic, luminosity, variations of the simulation
    and its statistics."""
    background_variation: float
    """The part of it that comes from variations of the simulation."""
    variations: tuple[VariationResult, ...]
    """Variations of the simulation that the samples have."""
    templates: TemplateSummary
    significances: Significances
    limit: Limit | None
    """Expected upper limit; None unless the status is ``ok``."""
    observed: Observed | None = None
    """None while the signal region of data is closed, without data, and where the acceptance of a
    candidate follows from truth."""
    toys: ToyLimits | None = None
    """Where few events are expected, else None."""


@dataclass(frozen=True)
class Estimates:
    """Numbers of an approach with statistical errors of the simulation; None where undefined."""

    s_over_b: Estimate | None
    s_over_sqrt_b: Estimate | None
    asimov: Estimate | None
    asimov_statistical: Estimate | None
    limit: Estimate | None
    """Median limit; its relative error is that of the limit of a counting experiment."""


@dataclass(frozen=True)
class Gain:
    """What an approach brings over another; None where a yield is zero."""

    approach: str
    over: str
    """Names of the two."""
    signal_efficiency: Estimate | None
    """Yields of the signal in both, the one over the other."""
    background_efficiency: Estimate | None
    """Yields of the background in both, the one over the other."""
    s_over_b: Estimate | None
    s_over_sqrt_b: Estimate | None
    asimov: Estimate | None
    asimov_statistical: Estimate | None
    profile_likelihood: float | None
    limit: Estimate | None
    """Median limit of the other over that of the approach: above one if the approach helps."""


@dataclass(frozen=True)
class GainFactors:
    """Factors of the gain in s / sqrt(b) over all candidates; None where undefined."""

    approach: str
    efficiency: Estimate | None
    """Share of the electron candidates of the signal that are accepted."""
    fake_rate: Estimate | None
    """Share of the candidates of the background that are accepted."""
    one_candidate: Estimate | None
    """Efficiency over the root of the fake rate: the gain of one candidate an event."""
    electron_share: Estimate | None
    """Share of the signal events that have an electron among their candidates."""
    several_candidates: Estimate | None
    """Root of the fake rate of candidates over that of events."""
    hadrons_accepted: Estimate | None
    """Signal events accepted over those expected from electrons alone."""
    s_over_sqrt_b: Estimate | None
    """Gain: the product of the last four."""


@dataclass(frozen=True)
class Alternative:
    """An approach with other probabilities: what needs no fit."""

    approach: str
    """Approach that it is an alternative of."""
    name: str
    title: str
    signal: Yield
    background: Yield
    estimates: Estimates
    """Without a limit."""
    gains: tuple[Gain, ...]
    """Those of its approach, itself in the place of that."""


@dataclass(frozen=True)
class PointResult:
    """Statistics of a mass point."""

    point: str
    mass_n2: float
    mass_n1: float
    splitting: float
    """Masses and their difference [GeV]."""
    luminosity_fb: float
    confidence_level: float
    sigmas: tuple[int, ...]
    """Quantiles of ``limit.expected``, in standard deviations from the median."""
    tagger: str
    uncertainties: Uncertainties
    headline: str
    """Approach that is compared with each other."""
    baseline: str
    """Approach that each other is compared with."""
    approaches: tuple[ApproachResult, ...]
    estimates: dict[str, Estimates]
    """Approach -> its numbers with statistical errors."""
    gains: tuple[Gain, ...]
    """Of each approach over the baseline, and of the headline over each."""
    alternatives: tuple[Alternative, ...]
    factors: tuple[GainFactors, ...]
    """Of the gain of each approach over all candidates."""
    control: dict[str, Any] | None = None
    """The headline with a control region (:class:`.control.ControlResult`)."""
    choice: dict[str, Any] | None = None
    """Of the working point (:class:`.choice.Choice`)."""
