"""What a tagger brings: yields and significances with it over those without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.statistics.bootstrap import Estimate, estimate, replicate_sums
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.results import Gain, UseResult
from hepchain.statistics.significance import asimov_significance, s_over_sqrt_b
from hepchain.statistics.workspace import Uncertainties

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TaggedWeights:
    """Events of a sample in the region without tagger, one entry an event."""

    weight: Floats
    tagged: npt.NDArray[np.bool_]
    """Whether the event is in the region with tagger as well."""


def make_gain(
    signal: TaggedWeights,
    backgrounds: Sequence[TaggedWeights],
    without: UseResult,
    with_tagger: UseResult,
    uncertainties: Uncertainties,
    replicas: int,
    random: np.random.Generator,
) -> Gain:
    """Gain by the tagger, with errors from a bootstrap over events.

    The events with tagger are part of those without: resampling events keeps this correlation,
    which an error propagation with independent yields would miss.

    Parameters
    ----------
    replicas : bootstrap replicas; with fewer than two there are no errors
    """
    s, b = _summands([signal]), _summands(backgrounds)
    relative = [_relative_systematic(use, uncertainties) for use in (without, with_tagger)]
    nominal = _ratios(s.sum(axis=0)[None, :], b.sum(axis=0)[None, :], relative)
    drawn = _ratios(
        replicate_sums(s, replicas, random), replicate_sums(b, replicas, random), relative
    )
    first, second = without.significances, with_tagger.significances
    return Gain(
        **{name: _estimate(float(value[0]), drawn[name]) for name, value in nominal.items()},
        profile_likelihood=_ratio(second.profile_likelihood, first.profile_likelihood),
        limit=_ratio(_median(without), _median(with_tagger)),
    )


def _summands(samples: Sequence[TaggedWeights]) -> Floats:
    """Columns w, w^2, and both of tagged events, 0 for others; shape (n, 4)."""
    weight = np.concatenate([sample.weight for sample in samples])
    tagged = weight * np.concatenate([sample.tagged for sample in samples])
    return np.stack([weight, weight**2, tagged, tagged**2], axis=1)


def _relative_systematic(use: UseResult, uncertainties: Uncertainties) -> float:
    """Relative uncertainty of the background, the statistics of the simulation left out."""
    background = use.background.value
    variation = use.background_variation / background if background > 0.0 else 0.0
    return math.hypot(uncertainties.background, uncertainties.luminosity, variation)


def _ratios(signal: Floats, background: Floats, relative: Sequence[float]) -> dict[str, Floats]:
    """With tagger over without, of rows of sums as in :func:`_summands`; NaN where undefined.

    ``relative`` are the systematic uncertainties of the background without and with tagger.
    """
    s, _, s_tagged, _ = signal.T
    b, variance, b_tagged, variance_tagged = background.T
    error = np.sqrt((relative[0] * b) ** 2 + variance)
    error_tagged = np.sqrt((relative[1] * b_tagged) ** 2 + variance_tagged)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "signal_efficiency": s_tagged / s,
            "background_efficiency": b_tagged / b,
            "s_over_sqrt_b": s_over_sqrt_b(s_tagged, b_tagged) / s_over_sqrt_b(s, b),
            "asimov": asimov_significance(s_tagged, b_tagged, error_tagged)
            / asimov_significance(s, b, error),
        }


def _estimate(value: float, drawn: Floats) -> Estimate | None:
    return estimate(value, drawn) if np.isfinite(value) else None


def _median(result: UseResult) -> float | None:
    return result.limit.expected[SIGMAS.index(0)] if result.limit is not None else None


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or not denominator:
        return None
    return numerator / denominator
