"""Limits and p-values of a counting experiment from pseudo-experiments.

The model is that of the workspaces: n ~ Poisson(s e^{d_s x_s} + b (1 + d_b x_b)), or
b e^{d_b x_b}, with relative uncertainties d, and auxiliary measurements a ~ N(x, 1) of the nuisance
parameters x. All pseudo-experiments are fitted at once with NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import toms748
from scipy.special import ndtri, xlogy
from scipy.stats import norm, poisson

from hepchain.errors import StageError

Floats = npt.NDArray[np.float64]

ITERATIONS = 200
"""Of the fits; most need five."""
PRECISION = 1e-4
"""Largest last step of a fit, in standard deviations; its square is the error of the statistic."""
TINY = 1e-100
TIE = 1e-6
"""Difference of test statistics, relative to 1 and themselves, that counts as none."""
LIMIT_PRECISION = 2e-3
"""Relative, of the root search: well below the statistical error of a limit from toys."""
LARGEST_LIMIT = 1e4
"""Times the first guess; there is no limit beyond."""


@dataclass(frozen=True)
class CountingModel:
    """A counting experiment with uncertain background and signal efficiency."""

    background: float
    background_uncertainty: float
    """Relative; 0 for a background known exactly."""
    signal_uncertainty: float
    """Relative, log-normal."""
    log_normal: bool = False
    """Whether the background is log-normal too; else normal, and never negative."""

    def rates(self, signal: float, nuisance: Floats) -> tuple[Floats, Floats]:
        """Expected signal and background, shape (n,), for nuisance parameters of shape (2, n)."""
        expected_signal = signal * np.exp(self.signal_uncertainty * nuisance[0])
        shift = self.background_uncertainty * nuisance[1]
        factor = np.exp(shift) if self.log_normal else np.maximum(1.0 + shift, 0.0)
        return expected_signal, self.background * factor

    def fit(self, signal: float, events: Floats, auxiliary: Floats) -> tuple[Floats, Floats]:
        """Nuisance parameters that fit best at a given signal, by Newton's method.

        Parameters
        ----------
        signal : expected events at nominal efficiency
        events, auxiliary : shapes (n,) and (2, n), the data

        Returns
        -------
        parameters, shape (2, n), and -ln L, shape (n,), 0 for a perfect description of the data
        """
        nuisance, scale = self._start(auxiliary), np.ones(len(events))
        value = self._minus_log_likelihood(signal, nuisance, events, auxiliary)
        active = np.arange(len(events))
        for _ in range(ITERATIONS):
            n, a, x = events[active], auxiliary[:, active], nuisance[:, active]
            step = np.clip(self._newton_step(signal, x, n, a), -1.0, 1.0) * scale[active]
            moved = self._allowed(x + step)
            found = self._minus_log_likelihood(signal, moved, n, a)
            better = found <= value[active] + 1e-12
            nuisance[:, active] = np.where(better, moved, x)
            value[active] = np.where(better, found, value[active])
            scale[active] = np.where(better, np.minimum(2 * scale[active], 1.0), scale[active] / 2)
            active = active[np.maximum(*np.abs(moved - x)) > PRECISION]
            if not len(active):
                break
        return nuisance, value

    def _allowed(self, nuisance: Floats, least: float = 0.0) -> Floats:
        """Keep a normal background from being negative, or below ``least`` of its nominal."""
        if not self.log_normal and self.background_uncertainty:
            bound = (least - 1.0) / self.background_uncertainty
            nuisance[1] = np.maximum(nuisance[1], bound)
        return nuisance

    def _start(self, auxiliary: Floats) -> Floats:
        """Where a fit begins: with some background, to which alone events may be due."""
        return self._allowed(auxiliary.copy(), least=0.1)

    def _newton_step(self, signal: float, x: Floats, n: Floats, a: Floats) -> Floats:
        """Step to the minimum of the parabola that touches -ln L.

        The Hessian is a diagonal plus a product of gradients of the rate, so that its inverse is
        known (Sherman and Morrison, Ann. Math. Stat. 21 (1950) 124).
        """
        rates = self.rates(signal, x)
        total = np.maximum(rates[0] + rates[1], TINY)
        excess, weight = 1.0 - n / total, n / total**2
        along, norm2 = 0.0, 1.0
        parts = []
        stays = self._stays(x, x - a, excess)
        shifts = np.stack([x[0] - a[0], np.where(stays, 0.0, x[1] - a[1])])
        slopes, bends = self._derivatives(rates, stays)
        for slope, bend, shift in zip(slopes, bends, shifts, strict=True):
            gradient = slope * excess + shift
            # Far from the minimum the curvature may be negative: a shorter, safe step is taken.
            inverse = 1.0 / np.maximum(1.0 + bend * excess, 0.5)
            along = along + slope * inverse * gradient
            norm2 = norm2 + weight * slope**2 * inverse
            parts.append((slope, inverse, gradient))
        common = weight * along / norm2
        return np.stack(
            [inverse * (slope * common - gradient) for slope, inverse, gradient in parts]
        )

    def _stays(self, x: Floats, shift: Floats, excess: Floats) -> npt.NDArray[np.bool_]:
        """Where a normal background is at its bound, and -ln L falls only beyond."""
        if self.log_normal:
            return np.zeros(x.shape[1], dtype=bool)
        width = self.background_uncertainty
        rises = width * self.background * excess + shift[1] > 0
        return np.asarray((1.0 + width * x[1] <= 0) & rises)

    def _derivatives(
        self, rates: tuple[Floats, Floats], stays: npt.NDArray[np.bool_]
    ) -> tuple[list[Floats], list[Floats]]:
        """First and second derivatives of the rates by their nuisance parameters."""
        width = self.background_uncertainty
        signal = self.signal_uncertainty * rates[0]
        if self.log_normal:
            background, bend = width * rates[1], width**2 * rates[1]
        else:
            background = np.where(stays, 0.0, width * self.background)
            bend = np.zeros_like(background)
        return [signal, background], [self.signal_uncertainty * signal, bend]

    def _minus_log_likelihood(self, signal: float, x: Floats, n: Floats, a: Floats) -> Floats:
        rates = self.rates(signal, x)
        total = np.maximum(rates[0] + rates[1], TINY)
        shift = x - a
        constraint = (shift[0] ** 2 + shift[1] ** 2) / 2
        return np.asarray(total - n + xlogy(n, n / total) + constraint)

    def _free_fit(self, auxiliary: Floats) -> Floats:
        """-ln L with a signal of any sign: 0 but for a background that would be negative."""
        shift = self._allowed(auxiliary.copy()) - auxiliary
        return np.asarray(shift[1] ** 2 / 2)

    def q_tilde(self, signal: float, events: Floats, auxiliary: Floats) -> Floats:
        """Test statistic for upper limits with a signal of at least 0, shape (n,).

        Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554, eq. 16.
        """
        _, at_signal = self.fit(signal, events, auxiliary)
        expected, background = self.rates(signal, auxiliary)
        free, negative = self._free_fit(auxiliary), events < background
        _, free[negative] = self.fit(0.0, events[negative], auxiliary[:, negative])
        above = events > expected + background
        return np.where(above, 0.0, np.maximum(2 * (at_signal - free), 0.0))

    def q_zero(self, events: Floats, auxiliary: Floats) -> Floats:
        """Test statistic for a discovery (eq. 12), shape (n,)."""
        _, without = self.fit(0.0, events, auxiliary)
        excess = events > self.rates(0.0, auxiliary)[1]
        return np.where(excess, np.maximum(2 * (without - self._free_fit(auxiliary)), 0.0), 0.0)


@dataclass(frozen=True)
class Toys:
    """Pseudo-experiments with the nuisance parameters that fit the observation best.

    The procedure of the LHC experiments (ATL-PHYS-PUB-2011-011). The same random numbers serve
    every signal, so that CLs is nearly smooth in it.
    """

    model: CountingModel
    observed: float
    toys: int
    seed: int

    @cached_property
    def _random(self) -> tuple[Floats, Floats]:
        """One number of each of ``toys`` equal slices of [0, 1), for events and auxiliaries.

        Latin hypercube sampling (McKay, Beckman, Conover, Technometrics 21 (1979) 239): as random
        for each experiment, but tails are as frequent as they should be.
        """
        random = np.random.default_rng(self.seed)
        slices = random.permuted(np.tile(np.arange(self.toys), (3, 1)), axis=1)
        uniform = (slices + random.uniform(size=slices.shape)) / self.toys
        return uniform[0], ndtri(uniform[1:])

    @property
    def _data(self) -> tuple[Floats, Floats]:
        return np.array([float(self.observed)]), np.zeros((2, 1))

    def draw(self, signal: float) -> tuple[Floats, Floats]:
        """Events and auxiliary measurements for this signal, shapes (toys,) and (2, toys)."""
        uniform, normal = self._random
        nuisance, _ = self.model.fit(signal, *self._data)
        mean = float(np.sum(self.model.rates(signal, nuisance)))
        least = poisson.ppf(1e-12, mean)
        counts = np.arange(least, poisson.isf(1e-12, mean) + 2)
        events = least + np.searchsorted(poisson.cdf(counts, mean), uniform)
        return events, nuisance + normal

    @cached_property
    def _without_signal(self) -> tuple[Floats, Floats]:
        return self.draw(0.0)

    def cls(self, signal: float, sigmas: Sequence[int] = ()) -> Floats:
        """CLs of the observation and of experiments without signal.

        Parameters
        ----------
        sigmas : quantiles of the experiments, in standard deviations from the median

        Returns
        -------
        shape (1 + len(sigmas),), the observation first

        Raises
        ------
        StageError : the observation is below all experiments
        """
        observed = self.model.q_tilde(signal, *self._data)
        without = np.sort(self.model.q_tilde(signal, *self._without_signal))
        with_signal = np.sort(self.model.q_tilde(signal, *self.draw(signal)))
        # More events than expected make the statistic smaller, and the limit higher.
        quantiles = np.quantile(without, norm.cdf(np.negative(sigmas)), method="inverted_cdf")
        thresholds = np.concatenate([observed, quantiles])
        ties = thresholds - TIE * (1.0 + thresholds)
        above = [self.toys - np.searchsorted(q, ties) for q in (with_signal, without)]
        if above[1][0] == 0:
            raise StageError(
                f"none of {self.toys} toys without signal has as few events as the observation, so "
                "that CLs is not defined: compare observation and background, or make more toys"
            )
        # At least half an event, since the search takes logarithms.
        return np.maximum(above[0], 0.5) / above[1]

    def p_value(self) -> float:
        """Probability of the observation, or of a larger excess, without a signal.

        The observation counts as one of the experiments, so that it is never zero (Phipson and
        Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39); at most 0.5, that of no excess.
        """
        observed = self.model.q_zero(*self._data)[0]
        statistics = self.model.q_zero(*self._without_signal)
        above = int((statistics >= observed - TIE * (1.0 + observed)).sum())
        return min((above + 1) / (self.toys + 1), 0.5)


def limit(cls: Callable[[float], float], level: float, guess: float) -> float:
    """Signal at which CLs falls to ``level``; the search begins at ``guess``.

    Raises
    ------
    StageError : CLs stays above the level
    """

    @cache
    def log_ratio(signal: float) -> float:
        return float(np.log(cls(signal) / level))

    lower = upper = guess
    while log_ratio(upper) > 0:
        lower, upper = upper, 1.5 * upper
        if upper > LARGEST_LIMIT * guess:
            raise StageError(f"no upper limit: CLs is above {level:g} up to {upper:g} events")
    while log_ratio(lower) <= 0:
        lower, upper = lower / 1.5, lower
    return float(toms748(log_ratio, lower, upper, rtol=LIMIT_PRECISION))
