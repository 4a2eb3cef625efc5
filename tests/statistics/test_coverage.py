"""Pseudo-experiments of the model: an injected signal comes back, limits cover."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepchain.statistics.diagnostics import Fitter
from hepchain.statistics.fits import load_model, minimiser
from hepchain.statistics.inference import observed_limit
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

SIGNAL = (12.0, 28.0)
BACKGROUND = (300.0, 200.0)
NORMALISATION = 0.1
TOYS = 100


def workspace(observed: np.ndarray) -> Specification:
    """Two bins; the background's normalisation is known to a tenth."""
    templates = Templates(
        (0.0, 1.0, 2.0),
        2,
        Template(SIGNAL, (0.1, 0.1), (9999, 9999)),
        {"w": Template(BACKGROUND, (1.0, 1.0), (9999, 9999))},
    )
    found = make_workspace(
        templates, Uncertainties({"cross_section": 0.01}, NORMALISATION, 0.001), "toy"
    )
    found["observations"][0]["data"] = observed.astype(float).tolist()
    return found


def experiments(strength: float, seed: int) -> np.ndarray:
    """Counts, shape (toys, bins), the background drawn from its uncertainty."""
    rng = np.random.default_rng(seed)
    factor = np.exp(NORMALISATION * rng.normal(size=(TOYS, 1)))
    return rng.poisson(strength * np.array(SIGNAL) + factor * np.array(BACKGROUND))


@pytest.mark.parametrize("strength", [0.0, 2.0])
@pytest.mark.thorough
def test_injected_signal_is_recovered_with_unit_pulls(strength: float) -> None:
    pulls = []
    with minimiser("minuit"):
        for counts in experiments(strength, 1):
            model, data = load_model(workspace(counts))
            fit, _, _ = Fitter(model, 1.0).fit(data)
            assert fit.signal_strength is not None
            assert fit.signal_strength_error is not None
            pulls.append((fit.signal_strength - strength) / fit.signal_strength_error)
    error = 1.0 / math.sqrt(TOYS)
    assert abs(np.mean(pulls)) < 3.5 * error
    assert abs(np.std(pulls) - 1.0) < 3.5 * error / math.sqrt(2.0)


@pytest.mark.thorough
def test_limits_cover_a_signal_that_is_there() -> None:
    """CLs covers in at least 95 % of the cases; for a strong signal not in many more."""
    strength = 4.0
    limits = [observed_limit(workspace(counts), 0.95) for counts in experiments(strength, 2)]
    covered = float(np.mean(np.array(limits) > strength))
    assert covered > 0.95 - 3.0 * math.sqrt(0.95 * 0.05 / TOYS)
    assert covered < 1.0
