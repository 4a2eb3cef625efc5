"""The counting calculator against published limits, exact Poisson sums and closed formulas."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from hepchain.cli import main
from hepchain.errors import InputError, StageError
from hepchain.statistics import counting
from hepchain.statistics.counting import Counting, analyse
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.toys import CountingModel, Toys, limit

MEDIAN = SIGMAS.index(0)


# ATLAS, arXiv:1911.12606: background and observed and expected S95 of three regions.
PUBLISHED_MANY = [(24, 24.0, 4.0, 13.0, 13.0), (8, 7.6, 2.1, 8.4, 7.8)]
PUBLISHED_EMPTY = (0, 0.5, 0.5, 3.0, 2.9)


@pytest.mark.parametrize(("observed", "b", "error", "limit_observed", "expected"), PUBLISHED_MANY)
@pytest.mark.parametrize("toys", [None, 5000])
def test_published_limits(
    observed: int, b: float, error: float, limit_observed: float, expected: float, toys: int | None
) -> None:
    result = analyse(Counting(observed, b, error), toys)
    assert result.observed_limit == pytest.approx(limit_observed, rel=0.05)
    assert result.expected_limit[MEDIAN] == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("log_normal", [False, True])
def test_published_limit_of_an_empty_region(log_normal: bool) -> None:
    observed, b, error, limit_observed, expected = PUBLISHED_EMPTY
    result = analyse(Counting(observed, b, error, log_normal=log_normal), 5000)
    assert result.observed_limit == pytest.approx(limit_observed, rel=0.10)
    assert result.expected_limit[MEDIAN] == pytest.approx(expected, rel=0.10)
    assert not result.few_events
    assert analyse(Counting(observed, b, error)).few_events


def exact_limit(observed: int, b: float) -> float:
    """CLs of counts for a background known exactly."""

    def excess(s: float) -> float:
        return float(poisson.cdf(observed, s + b) / poisson.cdf(observed, b)) - 0.05

    return float(brentq(excess, 1e-3, 10 * (observed + 10)))


@pytest.mark.parametrize(("observed", "b"), [(0, 0.0), (0, 3.0), (5, 3.0), (3, 7.0), (110, 100.0)])
def test_toys_without_uncertainty_are_exact_poisson(observed: int, b: float) -> None:
    result = analyse(Counting(observed, b), 20_000)
    assert result.observed_limit == pytest.approx(exact_limit(observed, b), rel=0.02)
    for sigmas, found in zip(SIGMAS, result.expected_limit, strict=True):
        counts = int(poisson.ppf(norm.cdf(sigmas), b)) if b else 0
        assert found == pytest.approx(exact_limit(counts, b), rel=0.03)
    exact = float(poisson.sf(observed - 1, b)) if observed > b else 0.5
    assert result.p_value == pytest.approx(min(exact, 0.5), rel=0.05, abs=1e-4)


def q_tilde(s: float, n: float, b: float) -> float:
    """Test statistic of counts for a background known exactly."""
    best = max(n - b, 0.0)
    if best > s:
        return 0.0

    def minus_log(signal: float) -> float:
        return signal + b - n * math.log(signal + b)

    return max(2 * (minus_log(s) - minus_log(best)), 0.0)


def asymptotic_cls(s: float, n: float, b: float) -> float:
    """CLs from eq. 66 of Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554."""
    statistic, asimov = q_tilde(s, n, b), q_tilde(s, b, b)
    if statistic <= asimov:
        root = math.sqrt(statistic)
        return float(norm.sf(root) / norm.sf(root - math.sqrt(asimov)))
    scale = 2 * math.sqrt(asimov)
    return float(norm.sf((statistic + asimov) / scale) / norm.sf((statistic - asimov) / scale))


@pytest.mark.parametrize(("observed", "b"), [(24, 24.0), (35, 24.0), (15, 24.0)])
def test_asymptotic_limit_and_significance_are_the_closed_formulas(observed: int, b: float) -> None:
    result = analyse(Counting(observed, b))
    expected = brentq(lambda s: asymptotic_cls(s, observed, b) - 0.05, 0.1, 100)
    assert result.observed_limit == pytest.approx(expected, rel=3e-3)
    q0 = 2 * (observed * math.log(observed / b) - (observed - b)) if observed > b else 0.0
    assert result.significance == pytest.approx(math.sqrt(q0), abs=2e-3)
    assert result.p_value == pytest.approx(norm.sf(result.significance))


@pytest.mark.thorough
@pytest.mark.parametrize("log_normal", [False, True])
def test_toys_agree_with_asymptotic_formulas_for_many_events(log_normal: bool) -> None:
    counting = Counting(130, 100.0, 10.0, 0.1, log_normal)
    toys, formulas = analyse(counting, 10_000), analyse(counting)
    assert toys.observed_limit == pytest.approx(formulas.observed_limit, rel=0.04)
    # At the lower end of the band some ten experiments make CLs.
    assert toys.expected_limit[0] == pytest.approx(formulas.expected_limit[0], rel=0.15)
    assert toys.expected_limit[1:] == pytest.approx(formulas.expected_limit[1:], rel=0.06)
    assert toys.significance == pytest.approx(formulas.significance, rel=0.05)


@pytest.mark.parametrize(("observed", "b"), [(200, 10.0), (10_000, 10.0), (1_000_000, 10.0)])
def test_a_large_excess_has_the_limit_and_significance_of_the_closed_formulas(
    observed: int, b: float
) -> None:
    result = analyse(Counting(observed, b))
    excess = observed - b
    expected = brentq(
        lambda s: asymptotic_cls(s, observed, b) - 0.05, excess, excess + 10 * math.sqrt(observed)
    )
    assert result.observed_limit == pytest.approx(expected, rel=3e-3)
    q0 = 2 * (observed * math.log(observed / b) - (observed - b))
    assert result.significance == pytest.approx(math.sqrt(q0), rel=2e-3)


@pytest.mark.parametrize("n", [200, 10_000, 1_000_000])
def test_significance_of_a_large_excess_with_an_uncertain_background(n: int) -> None:
    """The background that fits best without a signal solves b^2 - 9 b - n = 0."""
    b = (9 + math.sqrt(81 + 4 * n)) / 2
    q0 = 2 * (b - n * math.log(b) + (b - 10) ** 2 / 2 - n + n * math.log(n))
    result = analyse(Counting(n, 10.0, 1.0))
    assert result.significance == pytest.approx(math.sqrt(q0), rel=2e-3)


@pytest.mark.thorough
def test_a_billion_events() -> None:
    result = analyse(Counting(1_000_000_000, 10.0, 1.0), 1000)
    assert result.observed_limit == pytest.approx(1e9, rel=2e-3)
    assert analyse(Counting(1_000_000_000, 10.0, 1.0)).observed_limit == pytest.approx(
        1e9, rel=2e-3
    )


def test_significance_of_a_large_excess_with_a_log_normal_background() -> None:
    """Three times the background is ln(3) / 0.2 standard deviations of it, beyond five."""
    result = analyse(Counting(300_000, 100_000.0, 20_000.0, log_normal=True))
    assert result.significance == pytest.approx(math.log(3) / 0.2, rel=1e-3)


def test_toys_depend_on_the_seed_and_on_nothing_else() -> None:
    counting = Counting(8, 7.6, 2.1)
    first, again, other = (analyse(counting, 2000, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.observed_limit != other.observed_limit
    assert first.observed_limit == pytest.approx(other.observed_limit, rel=0.06)


def test_limit_follows_observation_and_uncertainties() -> None:
    def observed_limit(counting: Counting) -> float:
        return analyse(counting, 4000).observed_limit

    base = observed_limit(Counting(24, 24.0, 4.0))
    assert observed_limit(Counting(30, 24.0, 4.0)) > 1.2 * base
    assert observed_limit(Counting(24, 24.0, 8.0)) > 1.2 * base
    assert observed_limit(Counting(24, 24.0, 4.0, 0.4)) > 1.05 * base
    assert observed_limit(Counting(24, 24.0, 4.0, confidence_level=0.9)) < 0.95 * base


uncertainty = st.floats(0.0, 0.6)


@settings(max_examples=60, deadline=None)
@given(
    background=st.floats(0.1, 60.0),
    uncertainties=st.tuples(uncertainty, uncertainty),
    signal=st.floats(0.0, 40.0),
    log_normal=st.booleans(),
    seed=st.integers(0, 1000),
)
# A background at its bound, which its constraint pulls off and the events push back.
@example(background=0.5, uncertainties=(0.5, 0.5), signal=1.0, log_normal=False, seed=240)
def test_no_nuisance_parameters_fit_better(
    background: float,
    uncertainties: tuple[float, float],
    signal: float,
    log_normal: bool,
    seed: int,
) -> None:
    model = CountingModel(background, *uncertainties, log_normal)
    random = np.random.default_rng(seed)
    events = random.poisson(signal + background, 20).astype(float)
    auxiliary = random.standard_normal((2, 20))
    best, value = model.fit(signal, events, auxiliary)
    assert np.all(np.isfinite(value))
    for width in (1e-2, 0.1, 1.0):
        other = model._allowed(best + width * random.standard_normal(best.shape))
        found = model._minus_log_likelihood(signal, other, events, auxiliary)
        assert np.all(found >= value - 1e-6)
    assert np.all(model.q_tilde(signal, events, auxiliary) >= 0)
    assert np.all(model.q_zero(events, auxiliary) >= 0)


def test_background_of_a_fit_is_never_negative() -> None:
    model = CountingModel(0.5, 1.0, 0.0)
    auxiliary = np.array([[0.0, 0.0], [-3.0, -3.0]])
    best, value = model.fit(0.0, np.array([0.0, 2.0]), auxiliary)
    assert model.rates(0.0, best)[1][0] == 0.0
    assert model.rates(0.0, best)[1][1] > 0.1
    assert value[0] == pytest.approx((3 - 1) ** 2 / 2)


def test_experiments_have_the_fitted_mean() -> None:
    toys = Toys(CountingModel(24.0, 0.2, 0.0), observed=24, toys=10_000, seed=3)
    events, auxiliary = toys.draw(10.0)
    nuisance, _ = toys.model.fit(10.0, np.array([24.0]), np.zeros((2, 1)))
    mean = 10.0 + 24.0 * (1 + 0.2 * nuisance[1, 0])
    assert events.mean() == pytest.approx(mean, rel=1e-3)
    assert events.var() == pytest.approx(mean, rel=1e-2)
    assert auxiliary.mean(axis=1) == pytest.approx(nuisance[:, 0], abs=1e-3)
    assert auxiliary.std(axis=1) == pytest.approx([1.0, 1.0], abs=1e-2)
    assert abs(np.corrcoef(events, auxiliary[1])[0, 1]) < 0.05


def test_a_limit_that_does_not_exist_is_told() -> None:
    with pytest.raises(StageError, match=r"no upper limit: CLs is above 0\.05"):
        limit(lambda signal: 0.5, 0.05, 3.0)
    with pytest.raises(StageError, match="none of 1000 toys without signal has as few events"):
        analyse(Counting(2, 1e5), 1000)


def test_failed_fits_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise NotConvergedError("stuck")

    monkeypatch.setattr(counting, "expected_limit", fails)
    with pytest.raises(StageError, match=r"--background 3 \(stuck\); check .* or use --toys"):
        analyse(Counting(3, 3.0))


WRONG = [
    ("--observed -3 --background 2", "--observed -3: must be a finite number, at least 0"),
    ("--observed 3 --background nan", "--background nan: must be a finite number"),
    ("--observed 3 --background inf", "--background inf: must be a finite number"),
    ("--observed 3 --background 2 --uncertainty -1", "--uncertainty -1: must be"),
    ("--observed 3 --background 0 --uncertainty 1", "needs a --background above 0"),
    ("--observed 3 --background 0", "asymptotic formulas need some background; use --toys"),
    ("--observed 3 --background 2 --signal-uncertainty 20", "is relative, 0.2 for 20 %"),
    ("--observed 3 --background 2 --confidence-level 95", "--confidence-level 95: must be"),
    ("--observed 3 --background 2 --uncertainty 300", "more than 100 times 2"),
    ("--observed 3 --background 2 --toys 10", "--toys 10: 1000 to 1000000"),
    ("--observed 3 --background 2 --toys 1000 --seed -1", "--seed -1: must be at least 0"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_input_is_one_message(
    arguments: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["limit", *arguments.split()]) == 1
    written = capsys.readouterr()
    assert message in written.err
    assert written.out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--observed 3 --uncertainty 1", "required: --background"),
        ("--observed 3.5 --background 2", "--observed: invalid int value: '3.5'"),
        ("--observed nan --background 2", "--observed: invalid int value: 'nan'"),
        ("--observed 3 --background two", "--background: invalid float value: 'two'"),
    ],
)
def test_wrong_arguments_are_told_by_the_parser(
    arguments: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["limit", *arguments.split()])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = "--observed 24 --background 24 --uncertainty 4 --signal-uncertainty 0.1 --toys 1000"
    assert main(["limit", *arguments.split()]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  expected background         24 +- 4" in lines
    assert "  uncertainty of the signal   10 %" in lines
    assert "95 % confidence level (CLs, 1000 toys)" in lines[3]
    values = [line for line in lines if line.startswith("  ")]
    assert len(values) == 9
    assert all(line[29] == " " and line[30] != " " for line in values)


def test_json_has_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = "--observed 6 --background 0.5 --uncertainty 0.1 --toys 2000 --seed 4 --json"
    assert main(["limit", *arguments.split()]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["counting"]["observed"] == 6
    assert (content["toys"], content["seed"]) == (2000, 4)
    assert len(content["expected_limit"]) == len(SIGMAS)
    assert sorted(content["expected_limit"]) == content["expected_limit"]
    assert content["observed_limit"] == analyse(Counting(6, 0.5, 0.1), 2000, 4).observed_limit


def test_a_p_value_beyond_the_toys_is_a_bound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limit", "--observed", "20", "--background", "1", "--toys", "1000"]) == 0
    written = capsys.readouterr().out
    assert "below 0.001" in written
    assert "above 3.09" in written


def test_impossible_numbers_are_refused_by_the_library_too() -> None:
    with pytest.raises(InputError, match="uncertainty"):
        Counting(1, 2.0, math.nan)
