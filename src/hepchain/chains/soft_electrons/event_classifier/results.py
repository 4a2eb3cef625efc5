"""Records of the result of an event classifier at the mass point that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hepchain.statistics.bootstrap import Estimate
from hepchain.statistics.results import ApproachResult

Verdict = Literal["better", "worse", "not distinguishable"]

STANDARD_ERRORS = 2.0
"""Distance of a gain from one, in its errors, from which it counts as better or worse."""


@dataclass(frozen=True)
class DiscriminantResult:
    """Expected sensitivity of the counts in the bins of a discriminant."""

    name: str
    title: str
    result: ApproachResult
    limit: Estimate | None
    """Median expected limit on the signal strength."""
    asimov: Estimate | None
    """Median discovery significance of all bins, with all uncertainties."""


@dataclass(frozen=True)
class DiscriminantGain:
    """What a discriminant brings over another; above one if it helps, None where undefined.

    Errors are of replicas of the events common to both; the classifier is not trained again.
    """

    discriminant: str
    over: str
    limit: Estimate | None
    """Median limit of the other over its own."""
    asimov: Estimate | None
    decorrelated: Estimate | None
    """Limits once more, without fits, the normalisation of the background independent from bin to
    bin: bins with little signal then tell nothing of the others."""
    verdict: Verdict | None
    """Of the limit."""


@dataclass(frozen=True)
class Separation:
    """Area under the ROC curve, of the signal and background events of the point left out."""

    classifier: float
    score: float
    """The same of the tagger's score."""
    error: float
    """Of the difference."""
    training: float
    """Of events of the training, by trees that have seen them, on average of the models."""
    inner: float
    """The same by trees that have not seen them."""


@dataclass(frozen=True)
class Retrained:
    """Gain of the last discriminant over the first with trees of other random numbers.

    Of limits without fits; the spread is not part of the errors of the gains.
    """

    gain: float
    """With the trees of the result."""
    others: tuple[float, ...]
    spread: float | None
    """Standard deviation of all of them; None without others."""


def verdict(gain: Estimate | None) -> Verdict | None:
    """Whether a gain differs from one by more than ``STANDARD_ERRORS``; None without an error."""
    if gain is None or gain.error is None:
        return None
    if abs(gain.value - 1.0) <= STANDARD_ERRORS * gain.error:
        return "not distinguishable"
    return "better" if gain.value > 1.0 else "worse"
