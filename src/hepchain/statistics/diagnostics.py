"""Fits of a workspace looked into: pulls, impacts on the signal strength, correlations, closure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyhf
from scipy.special import xlogy
from scipy.stats import chi2

from hepchain.statistics.fits import NotConvergedError, load_model, minimiser, prior_widths
from hepchain.statistics.workspace import SIGNAL_STRENGTH, Specification

Floats = npt.NDArray[np.float64]

WIDE = 15.0
"""Bound of parameters with a normal constraint, in standard deviations. Minuit maps bounded
parameters by a sine: with the usual five its errors would be 0.7 % too small."""

PYHF_BOUNDS = (-5.0, 5.0)
"""Bounds that pyhf suggests for them."""

STEP = 0.1
"""Of the derivatives of yields by parameters, in units of the parameters' uncertainties."""

MANY = 1e4
"""Events of a bin above which Minuit loses second derivatives in rounding."""

REACH = 1e3
"""Bound of the signal strength in a fit, of either sign, in units of the scaled workspace."""


@dataclass(frozen=True)
class Pull:
    """A nuisance parameter before and after a fit."""

    name: str
    pull: float
    """Fitted minus nominal value, in units of the uncertainty before the fit."""
    constraint: float
    """Uncertainty after the fit over that before."""


@dataclass(frozen=True)
class Yields:
    """What a model expects in each bin, in events."""

    samples: dict[str, tuple[float, ...]]
    """Sample -> its content of each bin."""
    errors: tuple[float, ...]
    """Uncertainty of their sum in each bin, by linear propagation."""


@dataclass(frozen=True)
class Fit:
    """A fit, of the background alone or of signal and background."""

    signal_strength: float | None
    """Fitted; None if fixed to zero."""
    signal_strength_error: float | None
    """From the second derivatives of the likelihood."""
    pulls: tuple[Pull, ...]
    yields: Yields
    """After the fit."""
    parameters: tuple[str, ...]
    """Free parameters, in the order of the correlations."""
    correlations: tuple[tuple[float, ...], ...]
    saturated: float
    """Twice the difference of the log likelihoods of a model that fits every bin and this one."""
    degrees_of_freedom: int
    p_value: float
    """Of ``saturated``, if it followed a chi-squared distribution."""


@dataclass(frozen=True)
class Impact:
    """Change of the fitted signal strength with a nuisance parameter fixed."""

    name: str
    up: float
    down: float
    """At its fitted value plus and minus its uncertainty after the fit."""
    prior_up: float
    prior_down: float
    """Plus and minus its uncertainty before the fit."""

    @property
    def size(self) -> float:
        """Larger of the two."""
        return max(abs(self.up), abs(self.down))


@dataclass(frozen=True)
class Closure:
    """Fit of data made with a known signal strength."""

    injected: float
    fitted: float


@dataclass(frozen=True)
class Diagnostics:
    """What the fits of a workspace show; signal strengths in units of the prediction."""

    before: Yields
    """Before any fit, with the signal as predicted."""
    background_only: Fit
    """To the observation, with the signal strength fixed to zero."""
    signal_and_background: Fit
    """To the observation."""
    expected: Fit
    """To the data expected with the signal as predicted."""
    impacts: tuple[Impact, ...]
    """On that signal strength, from the largest."""
    closure: tuple[Closure, ...]


def diagnose(workspace: Specification, scale: float, strengths: tuple[float, ...]) -> Diagnostics:
    """Fits of a workspace with Minuit, or by Newton's method where bins have many events.

    The signal strength may be negative, so that impacts are not cut off at zero.

    Parameters
    ----------
    workspace : with the signal multiplied with ``scale``, so that its strength is of order one
    strengths : signal strengths, in units of the prediction, with which data are made for
        the closure

    Raises
    ------
    NotConvergedError : a fit has failed
    """
    most = max(max(counts["data"]) for counts in workspace["observations"])
    with minimiser("minuit" if most <= MANY else "newton"):
        model, data = load_model(workspace)
        fitter = Fitter(model, scale)
        asimov = fitter.expected_data(1.0)
        expected, values, errors = fitter.fit(asimov)
        impacts = [
            fitter.impact(name, asimov, values, errors)
            for name in model.config.par_names
            if name != SIGNAL_STRENGTH
        ]
        return Diagnostics(
            before=fitter.before(),
            background_only=fitter.fit(data, fixed=0.0)[0],
            signal_and_background=fitter.fit(data)[0],
            expected=expected,
            impacts=tuple(sorted(impacts, key=lambda item: (-item.size, item.name))),
            closure=tuple(fitter.closure(strength) for strength in strengths),
        )


class Fitter:
    """Fits of one model to different data."""

    def __init__(self, model: Any, scale: float) -> None:
        self.model, self.scale = model, scale
        self.names: list[str] = list(model.config.par_names)
        self.poi: int = model.config.poi_index
        self.bounds = [
            (-WIDE, WIDE) if tuple(bound) == PYHF_BOUNDS else tuple(bound)
            for bound in model.config.suggested_bounds()
        ]
        self.initial = np.array(model.config.suggested_init(), dtype=np.float64)
        self.widths = prior_widths(model)

    def expected_data(self, strength: float) -> Any:
        """Data expected with a signal strength, in units of the prediction."""
        return self.model.expected_data(self._nominal(strength / self.scale).tolist())

    def _nominal(self, strength: float) -> Floats:
        """Parameters before a fit with a signal strength in units of the scaled workspace."""
        values = self.initial.copy()
        values[self.poi] = strength
        return values

    def closure(self, strength: float) -> Closure:
        """Fit of the data expected with a signal strength, in units of the prediction."""
        values, _, _ = self._minimise(self.expected_data(strength), {})
        return Closure(strength, float(values[self.poi]) * self.scale)

    def fit(self, data: Any, fixed: float | None = None) -> tuple[Fit, Floats, Floats]:
        """Fit, with its parameters and their errors; ``fixed``: signal strength that is held."""
        held = {} if fixed is None else {self.poi: fixed / self.scale}
        values, errors, correlations = self._minimise(data, held)
        free = [row for row in range(len(values)) if row not in held and errors[row] > 0.0]
        saturated = self._saturated(data, values)
        freedom = self.model.config.nmaindata - (1 if fixed is None else 0)
        found = Fit(
            signal_strength=None if held else float(values[self.poi] * self.scale),
            signal_strength_error=None if held else float(errors[self.poi] * self.scale),
            pulls=tuple(
                Pull(
                    self.names[row],
                    float((values[row] - self.initial[row]) / self.widths[row]),
                    float(errors[row] / self.widths[row]),
                )
                for row in range(len(values))
                if row != self.poi
            ),
            yields=self._yields(values, errors, correlations),
            parameters=tuple(self.names[row] for row in free),
            correlations=tuple(tuple(correlations[row, free].tolist()) for row in free),
            saturated=saturated,
            degrees_of_freedom=freedom,
            p_value=float(chi2.sf(saturated, freedom)) if freedom > 0 else 1.0,
        )
        return found, values, errors

    def before(self) -> Yields:
        """Yields before a fit: nominal parameters with their prior uncertainties."""
        widths = self.widths.copy()
        widths[self.poi] = 0.0
        return self._yields(self._nominal(1.0 / self.scale), widths, np.eye(len(widths)))

    def _yields(self, values: Floats, errors: Floats, correlations: Floats) -> Yields:
        by_sample = self._by_sample(values)
        changes = np.zeros((len(values), by_sample.shape[1]))
        for row in np.flatnonzero(errors > 0.0):
            step = np.zeros(len(values))
            step[row] = STEP * errors[row]
            up, down = (self._by_sample(values + sign * step).sum(axis=0) for sign in (1, -1))
            changes[row] = (up - down) / (2.0 * STEP)
        variance = np.einsum("ib,ij,jb->b", changes, np.nan_to_num(correlations), changes)
        contents = zip(self.model.config.samples, by_sample.tolist(), strict=True)
        return Yields(
            {name: tuple(content) for name, content in contents},
            tuple(np.sqrt(np.maximum(variance, 0.0)).tolist()),
        )

    def _by_sample(self, values: Floats) -> Floats:
        """Expected content, shape (samples, bins)."""
        found = self.model.main_model.expected_data(values.tolist(), return_by_sample=True)
        return np.asarray(found, dtype=np.float64)

    def impact(self, name: str, data: Any, values: Floats, errors: Floats) -> Impact:
        """Impact of a nuisance parameter on the signal strength fitted to ``data``."""
        row = self.names.index(name)

        def shifted(by: float) -> float:
            low, high = self.bounds[row]
            held = {row: float(np.clip(values[row] + by, low, high))}
            fitted, _, _ = self._minimise(data, held)
            return float((fitted[self.poi] - values[self.poi]) * self.scale)

        return Impact(
            name,
            up=shifted(errors[row]),
            down=shifted(-errors[row]),
            prior_up=shifted(self.widths[row]),
            prior_down=shifted(-self.widths[row]),
        )

    def _minimise(self, data: Any, held: dict[int, float]) -> tuple[Floats, Floats, Floats]:
        """Values, errors (zero where held) and correlations of all parameters."""
        initial = self._nominal(0.5)
        bounds = list(self.bounds)
        bounds[self.poi] = (-self._lowest(), REACH)
        for row, value in held.items():
            initial[row] = value
        result, correlations = pyhf.infer.mle.fit(
            data,
            self.model,
            init_pars=initial.tolist(),
            par_bounds=bounds,
            fixed_params=[row in held for row in range(len(initial))],
            return_uncertainties=True,
            return_correlations=True,
        )
        table = np.asarray(result, dtype=np.float64)
        if not np.isfinite(table).all():
            raise NotConvergedError("a parameter or its error is not a number")
        return table[:, 0], table[:, 1], np.asarray(correlations, dtype=np.float64)

    def _lowest(self) -> float:
        """Size of the negative signal strength that would take away nine tenths of a bin."""
        without, both = (
            np.asarray(self.model.expected_actualdata(self._nominal(strength).tolist()))
            for strength in (0.0, 1.0)
        )
        signal = both - without
        return float(0.9 * np.min(without[signal > 0.0] / signal[signal > 0.0], initial=REACH))

    def _saturated(self, data: Any, values: Floats) -> float:
        """Twice the log likelihood ratio to a model that fits every bin without any constraint."""
        observed = np.asarray(data, dtype=np.float64)[: self.model.config.nmaindata]
        predicted = np.asarray(self.model.expected_actualdata(values.tolist()))
        main = 2.0 * np.sum(predicted - observed + xlogy(observed, observed / predicted))
        pulls = np.delete((values - self.initial) / self.widths, self.poi)
        return float(main + np.sum(np.square(pulls)))
