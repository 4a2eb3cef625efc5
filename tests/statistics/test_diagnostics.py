"""Pulls, impacts and limits of the workspace against a likelihood written by hand."""

import math

import numpy as np
import pytest
from iminuit import Minuit
from scipy.optimize import brentq

from hepchain.statistics.diagnostics import Diagnostics, diagnose
from hepchain.statistics.inference import expected_limit
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

S, B, S_ERROR, B_ERROR = 40.0, 750.0, 3.0, 60.0
SIGNAL, BACKGROUND, LUMINOSITY = 0.2, 0.2, 0.017


def workspace(observed: float = B) -> Specification:
    """A single bin with every kind of uncertainty."""
    templates = Templates(
        (0.0, 1.0),
        1,
        Template((S,), (S_ERROR,), (180,)),
        {"w": Template((B,), (B_ERROR,), (156,))},
    )
    found = make_workspace(
        templates, Uncertainties({"cross_section": SIGNAL}, BACKGROUND, LUMINOSITY), "x"
    )
    found["observations"][0]["data"] = [observed]
    return found


class ByHand:
    """The same likelihood: -2 ln L of one Poisson count and five constraints."""

    names = ("mu", "signal", "background", "luminosity", "simulated_s", "simulated_b")

    def __init__(self, observed: float) -> None:
        self.observed = observed

    def __call__(self, *values: float) -> float:
        mu, signal, background, luminosity, simulated_s, simulated_b = values
        common = math.exp(LUMINOSITY * luminosity)
        s = mu * S * math.exp(SIGNAL * signal) * simulated_s
        b = B * math.exp(BACKGROUND * background) * simulated_b
        expected = max((s + b) * common, 1e-9)
        constraints = signal**2 + background**2 + luminosity**2
        constraints += ((simulated_s - 1) * S / S_ERROR) ** 2
        constraints += ((simulated_b - 1) * B / B_ERROR) ** 2
        return 2 * (expected - self.observed * math.log(expected)) + constraints

    def fit(self, **held: float) -> Minuit:
        """The minimum with some parameters held."""
        start = dict(zip(self.names, (0.5, 0.0, 0.0, 0.0, 1.0, 1.0), strict=True)) | held
        minuit = Minuit(self, *start.values(), name=self.names)
        minuit.errordef = Minuit.LEAST_SQUARES
        minuit.tol = 1e-4
        for name in held:
            minuit.fixed[name] = True
        minuit.migrad(ncall=20_000)
        minuit.hesse()
        assert minuit.valid
        return minuit


@pytest.fixture(scope="module")
def found() -> Diagnostics:
    return diagnose(workspace(), 1.0, (0.0, 1.0, 12.0))


def test_limit_of_the_full_model_is_that_of_the_likelihood_by_hand() -> None:
    asimov = ByHand(B)
    best = asimov.fit(mu=0.0).fval

    def root(mu: float) -> float:
        return math.sqrt(max(asimov.fit(mu=mu).fval - best, 0.0)) - 1.959964

    median = brentq(root, 0.5, 50.0, rtol=1e-4)
    assert expected_limit(workspace(), 0.95).expected[2] == pytest.approx(median, rel=0.005)


@pytest.mark.parametrize("observed", [500.0, 900.0])
def test_best_fit_of_an_observation_is_that_of_the_likelihood_by_hand(observed: float) -> None:
    fit = diagnose(workspace(observed), 1.0, ()).signal_and_background
    minuit = ByHand(observed).fit()
    assert fit.signal_strength == pytest.approx(minuit.values["mu"], rel=0.01, abs=0.02)
    # From second derivatives in the mapped parameter, near a bound in one of these cases.
    assert fit.signal_strength_error == pytest.approx(minuit.errors["mu"], rel=0.02)


def test_background_only_fit_of_an_excess_pulls_as_by_hand() -> None:
    fit = diagnose(workspace(900.0), 1.0, ()).background_only
    minuit = ByHand(900.0).fit(mu=0.0)
    pulls = {item.name: item for item in fit.pulls}
    for name, mine in (("background_normalisation", "background"), ("luminosity",) * 2):
        assert pulls[name].pull == pytest.approx(minuit.values[mine], rel=0.01, abs=2e-3)
        assert pulls[name].constraint == pytest.approx(minuit.errors[mine], rel=0.01)
    statistical = pulls["staterror_background[0]"]
    pull = (minuit.values["simulated_b"] - 1) * B / B_ERROR
    assert statistical.pull == pytest.approx(pull, rel=0.01)
    assert fit.saturated == pytest.approx(minuit.fval - 2 * (900 - 900 * math.log(900)), rel=0.01)
    assert (fit.degrees_of_freedom, fit.signal_strength) == (1, None)
    assert 0.3 < fit.p_value < 0.7


def test_yields_before_and_after_a_fit(found: Diagnostics) -> None:
    before = found.before
    assert sum(before.samples[name][0] for name in before.samples) == pytest.approx(S + B)
    parts = (SIGNAL * S, BACKGROUND * B, LUMINOSITY * (S + B), S_ERROR, B_ERROR)
    assert before.errors[0] == pytest.approx(math.hypot(*parts), rel=2e-3)
    # The fit of the background alone: to the observation, and known as well as one count tells.
    after = diagnose(workspace(900.0), 1.0, ()).background_only.yields
    total = sum(after.samples[name][0] for name in after.samples)
    minuit = ByHand(900.0).fit(mu=0.0)
    values = minuit.values.to_dict()
    common = math.exp(LUMINOSITY * values["luminosity"] + BACKGROUND * values["background"])
    assert total == pytest.approx(B * common * values["simulated_b"], rel=1e-3)
    assert 0.9 * math.sqrt(900.0) < after.errors[0] < math.sqrt(900.0)


def test_impacts_are_those_of_the_likelihood_by_hand(found: Diagnostics) -> None:
    asimov = ByHand(S + B)
    best = asimov.fit()
    impacts = {item.name: item for item in found.impacts}
    for name, mine in (
        ("background_normalisation", "background"),
        ("staterror_background[0]", "simulated_b"),
        ("signal_cross_section", "signal"),
    ):
        value, error = best.values[mine], best.errors[mine]
        for side, shift in (("up", error), ("down", -error)):
            expected = asimov.fit(**{mine: value + shift}).values["mu"] - best.values["mu"]
            assert getattr(impacts[name], side) == pytest.approx(expected, rel=0.02, abs=0.01)
    sizes = [item.size for item in found.impacts]
    assert sizes == sorted(sizes, reverse=True)
    assert found.impacts[0].name == "background_normalisation"


def test_expected_data_are_fitted_without_pulls(found: Diagnostics) -> None:
    for fit in (found.background_only, found.signal_and_background, found.expected):
        assert max(abs(item.pull) for item in fit.pulls) < 0.01
        assert fit.saturated == pytest.approx(0.0, abs=1e-3)
    assert found.background_only.p_value == pytest.approx(1.0, abs=0.03)
    for item in found.closure:
        assert item.fitted == pytest.approx(item.injected, rel=0.01, abs=0.02)


def test_signal_strengths_are_in_units_of_the_prediction(found: Diagnostics) -> None:
    scaled = workspace()
    sample = scaled["channels"][0]["samples"][0]
    sample["data"] = [7.0 * S]
    sample["modifiers"][-1]["data"] = [7.0 * S_ERROR]
    other = diagnose(scaled, 7.0, (12.0,))
    assert other.expected.signal_strength == pytest.approx(1.0, abs=0.02)
    expected = found.expected.signal_strength_error
    assert other.expected.signal_strength_error == pytest.approx(expected, rel=0.01)
    assert other.closure[0].fitted == pytest.approx(12.0, rel=0.01)


def test_correlations_are_a_matrix_of_the_free_parameters(found: Diagnostics) -> None:
    fit = found.signal_and_background
    matrix = np.array(fit.correlations)
    assert matrix.shape == (len(fit.parameters),) * 2 == (6, 6)
    np.testing.assert_allclose(np.diag(matrix), 1.0)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-9)
    row, column = (fit.parameters.index(name) for name in ("mu", "background_normalisation"))
    assert matrix[row, column] < -0.8
    assert "mu" not in found.background_only.parameters
