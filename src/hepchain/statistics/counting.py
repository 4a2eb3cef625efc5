"""A counting experiment: limit on the events of a signal, significance of an excess.

The same inference as that of the workflow, for numbers from anywhere: ``hepchain limit``.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import cache

from scipy.stats import norm

from hepchain.config.statistics import FEWEST_TOYS
from hepchain.errors import InputError, StageError
from hepchain.statistics.discovery import observed_significance
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import (
    SIGMAS,
    NoLimitError,
    expected_limit,
    observed_limit,
)
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.toys import CountingModel, Floats, Toys, limit
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

NEGLIGIBLE = 1e-3
"""Uncertainty in place of none, over that of the count: pyhf needs a parameter to fit."""
MOST_EVENTS = 1e9
"""Above, the likelihood is not known to the precision that limits need."""
MOST_UNCERTAIN = 100.0
"""Times the background: such a background says nothing, and fits do not end."""
LEAST_BEYOND = 5
"""Toys beyond the limit that CLs is made of."""
MOST_TOYS = 1_000_000
"""All are in memory at once, some hundred bytes each."""
SMALLEST = 1e-300
"""Below, a p-value is zero to a computer."""
FEW_EVENTS = 8
"""Asymptotic formulas are some per cent off below."""


@dataclass(frozen=True)
class Counting:
    """What is counted and what is expected.

    Raises
    ------
    InputError : a number is impossible; names it
    """

    observed: float
    """Events; the expected background if nothing has been observed yet."""
    background: float
    """Expected events."""
    uncertainty: float = 0.0
    """Of the background, in events."""
    signal_uncertainty: float = 0.0
    """Relative, log-normal."""
    log_normal: bool = False
    """Whether the background is log-normal, as in the workspaces of the workflow; else it is normal
    and never negative, as an uncertainty of so many events is usually meant."""
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        for name in ("observed", "background", "uncertainty", "signal_uncertainty"):
            value = getattr(self, name)
            if not 0 <= value <= MOST_EVENTS:
                raise InputError(
                    f"--{name.replace('_', '-')} {_shown(value)}: must be a finite number, "
                    f"at least 0 and at most {MOST_EVENTS:g}"
                )
        if not 0.5 <= self.confidence_level < 1:
            raise InputError(
                f"--confidence-level {self.confidence_level:g}: must be at least 0.5 and below 1, "
                "as 0.95"
            )
        if self.uncertainty > 0 and self.background == 0:
            raise InputError(
                f"--uncertainty {self.uncertainty:g}: needs a --background above 0 to be of"
            )
        if self.relative_uncertainty > MOST_UNCERTAIN:
            raise InputError(
                f"--uncertainty {self.uncertainty:g}: is in events, as --background is, and more "
                f"than {MOST_UNCERTAIN:g} times {self.background:g}"
            )
        if self.signal_uncertainty > 1:
            raise InputError(
                f"--signal-uncertainty {self.signal_uncertainty:g}: is relative, 0.2 for 20 %; at "
                "most 1"
            )

    @property
    def relative_uncertainty(self) -> float:
        """Of the background."""
        return self.uncertainty / self.background if self.uncertainty else 0.0

    @property
    def guess(self) -> float:
        """Order of magnitude of the expected limit, in events."""
        return 3.0 + 2.0 * math.hypot(math.sqrt(self.background), self.uncertainty)

    @property
    def observed_guess(self) -> float:
        """Order of magnitude of the observed limit, in events: an excess alone may be far more."""
        return max(self.guess, self.observed - self.background)


def _shown(value: float) -> str:
    """A number in a message; integers may have hundreds of digits."""
    return f"{value:g}" if abs(value) < 1e300 or not isinstance(value, int) else "of 300 digits"


@dataclass(frozen=True)
class CountingResult:
    """Limits in events of signal, and how far the observation is from the background alone."""

    counting: Counting
    toys: int | None
    """None for asymptotic formulas."""
    seed: int | None
    observed_limit: float
    expected_limit: tuple[float, ...]
    """At each of ``SIGMAS`` from the median, for the background that fits the observation best."""
    p_value: float
    """Probability of the observation or more without signal; 0.5 for a deficit."""
    significance: float
    """The same in standard deviations of a normal distribution, one-sided."""

    @property
    def few_events(self) -> bool:
        """Whether asymptotic formulas were used where they are poor."""
        fewest = min(self.counting.observed, self.counting.background)
        return self.toys is None and fewest < FEW_EVENTS

    def json(self) -> str:
        """All fields."""
        return json.dumps(asdict(self), indent=2)

    def __str__(self) -> str:
        counting = self.counting
        median = self.expected_limit[SIGMAS.index(0)]
        low_2, low, _, high, high_2 = self.expected_limit
        method = "asymptotic formulas" if self.toys is None else f"{self.toys} toys"
        rows = [
            ("observed events", f"{counting.observed}"),
            ("expected background", _with_uncertainty(counting)),
        ]
        if counting.signal_uncertainty:
            rows.append(("uncertainty of the signal", f"{100 * counting.signal_uncertainty:g} %"))
        limits = [
            ("observed", f"{self.observed_limit:.3g}"),
            ("expected", f"{median:.3g}"),
            ("  68 % of experiments", f"{low:.3g} to {high:.3g}"),
            ("  95 %", f"{low_2:.3g} to {high_2:.3g}"),
        ]
        beyond = self.toys is not None and self.p_value <= 1 / (self.toys + 1)
        below = beyond or self.p_value < SMALLEST
        excess = [
            ("p-value", f"{'below ' * below}{max(self.p_value, SMALLEST):.2g}"),
            ("significance", f"{'above ' * beyond}{self.significance:.2f}"),
        ]
        level = f"{100 * counting.confidence_level:g} %"
        blocks = [
            _aligned(rows),
            f"Upper limit on the events of a signal, {level} confidence level (CLs, {method})",
            _aligned(limits),
            "Background alone",
            _aligned(excess),
        ]
        if self.few_events:
            blocks.append(
                f"With fewer than {FEW_EVENTS} events asymptotic formulas are poor: use --toys"
            )
        return "\n".join(blocks)


def _with_uncertainty(counting: Counting) -> str:
    text = f"{counting.background:g}"
    return f"{text} +- {counting.uncertainty:g}" if counting.uncertainty else text


def _aligned(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"  {name:<28}{value}" for name, value in rows)


def analyse(counting: Counting, toys: int | None = None, seed: int = 1) -> CountingResult:
    """Limits and significance of a counting experiment.

    CLs with the test statistic q-tilde (see :mod:`hepchain.statistics.inference`). As in
    publications of the LHC experiments, the expected limit is that of the background fitted to the
    observation without a signal. ``toys``: number of pseudo-experiments of each hypothesis, None
    for asymptotic formulas.

    Raises
    ------
    InputError : too few toys, or no background and no toys
    StageError : no limit exists, or fits have failed
    """
    if toys is not None:
        return _from_toys(counting, toys, seed)
    if counting.background == 0:
        raise InputError("--background 0: asymptotic formulas need some background; use --toys")
    try:
        return _asymptotic(counting)
    except NotConvergedError as error:
        raise StageError(
            f"fits have not converged for --observed {counting.observed:g} and --background "
            f"{_with_uncertainty(counting)} ({error}); check these numbers, or use --toys"
        ) from error
    except NoLimitError as error:
        raise StageError(
            f"no upper limit found for --observed {counting.observed:g} and --background "
            f"{_with_uncertainty(counting)}: CLs stays above {1 - counting.confidence_level:g}; "
            "check these numbers and --signal-uncertainty, or use --toys"
        ) from error


def _asymptotic(counting: Counting) -> CountingResult:
    scale, observed_scale = counting.guess, counting.observed_guess
    data, observed_data = _workspace(counting, scale), _workspace(counting, observed_scale)
    expected = expected_limit(data, counting.confidence_level).expected
    observed = observed_limit(observed_data, counting.confidence_level)
    significance = observed_significance(observed_data)
    return CountingResult(
        counting=counting,
        toys=None,
        seed=None,
        observed_limit=observed_scale * observed,
        expected_limit=tuple(scale * value for value in expected),
        p_value=float(norm.sf(significance)),
        significance=significance,
    )


def _workspace(counting: Counting, unit: float) -> Specification:
    """One bin with the observation; the signal strength is in units of so many events."""
    normal = 0.0 if counting.log_normal else counting.uncertainty
    negligible = NEGLIGIBLE / max(math.sqrt(counting.background), 1.0)
    log_normal = max(counting.relative_uncertainty if counting.log_normal else 0.0, negligible)
    templates = Templates(
        edges=(0.0, 1.0),
        requested_bins=1,
        signal=Template((unit,), (0.0,), (1,)),
        backgrounds={"background": Template((counting.background,), (normal,), (1,))},
    )
    uncertainties = Uncertainties(
        signal={"efficiency": counting.signal_uncertainty},
        background=log_normal,
        luminosity=0.0,
    )
    workspace = make_workspace(
        templates, uncertainties, "counting", "counting", observation=[counting.observed]
    )
    # An excess may be due to a background far beyond the usual bounds of a fit.
    ratio = max(counting.observed / counting.background, 1.0)
    most = {"staterror_background": 10.0 * ratio, "background_normalisation": 5.0}
    if counting.log_normal:
        most["background_normalisation"] += 2.0 * math.log(ratio) / log_normal
    least = {"staterror_background": 1e-10, "background_normalisation": -5.0}
    workspace["measurements"][0]["config"]["parameters"] = [
        {"name": name, "bounds": [[least[name], most[name]]]}
        for name in most
        if name != "staterror_background" or normal > 0.0
    ]
    return workspace


def _from_toys(counting: Counting, toys: int, seed: int) -> CountingResult:
    if not FEWEST_TOYS <= toys <= MOST_TOYS:
        raise InputError(f"--toys {toys}: {FEWEST_TOYS} to {MOST_TOYS}; 10000 will do")
    if toys * (1.0 - counting.confidence_level) < LEAST_BEYOND:
        raise InputError(
            f"--toys {toys}: too few for --confidence-level {counting.confidence_level:g}, which "
            f"needs {LEAST_BEYOND / (1.0 - counting.confidence_level):.0f}"
        )
    if seed < 0:
        raise InputError(f"--seed {seed}: must be at least 0")
    model = CountingModel(
        counting.background,
        counting.relative_uncertainty,
        counting.signal_uncertainty,
        counting.log_normal,
    )
    experiments = Toys(model, counting.observed, toys, seed)
    level = 1.0 - counting.confidence_level

    @cache
    def cls(signal: float) -> Floats:
        """Of the observation and all quantiles, from the same experiments."""
        return experiments.cls(signal, SIGMAS)

    def limit_of(row: int, guess: float) -> float:
        return limit(lambda signal: float(cls(signal)[row]), level, guess)

    observed = limit_of(0, counting.observed_guess)
    expected = [limit_of(1 + row, counting.guess) for row in range(len(SIGMAS))]
    p_value = experiments.p_value()
    return CountingResult(
        counting=counting,
        toys=toys,
        seed=seed,
        observed_limit=observed,
        expected_limit=tuple(expected),
        p_value=p_value,
        significance=max(float(norm.isf(p_value)), 0.0),
    )
