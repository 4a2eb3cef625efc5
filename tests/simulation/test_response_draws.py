"""Random numbers of particles: right distributions, independent of each other and of the order."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import hepchain.simulation.response
from hepchain.simulation.response.draws import Draws, child_keys, root_key
from tests.particle_guns import keys

N = 100_000


def draws(n: int = N, seed: int = 1) -> Draws:
    return Draws(keys(n, seed))


def test_uniform_numbers_are_uniform_and_independent() -> None:
    u = draws().uniform("a", 6)
    for column in u.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
    pairs = np.corrcoef(np.column_stack([u, draws().uniform("b"), draws(seed=2).uniform("a")]).T)
    assert np.abs(pairs - np.eye(8)).max() < 5 / np.sqrt(N)
    neighbours = np.corrcoef(u[:-1, 0], u[1:, 0])[0, 1]
    assert abs(neighbours) < 5 / np.sqrt(N)


@pytest.mark.parametrize("shape", [0.05, 0.5, 3.0])
def test_distributions(shape: float) -> None:
    d = draws()
    assert stats.kstest(d.gamma("g", np.full(N, shape)), stats.gamma(shape).cdf).pvalue > 1e-3
    assert stats.kstest(d.normal("n"), "norm").pvalue > 1e-3
    assert stats.kstest(d.exponential("e"), "expon").pvalue > 1e-3


def test_gamma_of_no_shape_is_zero() -> None:
    assert (draws(10).gamma("g", np.zeros((10, 2))) == 0).all()


@pytest.mark.parametrize("mean", [0.01, 0.4, 3.0, 34.0])
def test_poisson(mean: float) -> None:
    counts = draws().poisson("p", np.full(N, mean))
    observed = np.bincount(counts, minlength=200)
    expected = N * stats.poisson(mean).pmf(np.arange(200))
    enough = expected > 20
    chi2 = ((observed - expected)[enough] ** 2 / expected[enough]).sum()
    assert stats.chi2(enough.sum()).sf(chi2) > 1e-3


def test_binomial_has_its_probability() -> None:
    d = draws()
    trials = np.arange(N) % 7
    counts = d.binomial("b", trials, 0.3)
    assert (counts <= trials).all()
    assert counts.sum() / trials.sum() == pytest.approx(0.3, abs=0.003)


def test_outcomes_exclude_each_other_and_have_their_probabilities() -> None:
    """Each is tried where those before it did not happen."""
    first, second, third = draws().outcome("c", 3, 0.1, np.array([0.0, 0.5, 1.0]), 0.02)
    assert (first.astype(int) + second + third).max() == 1
    assert first.mean() == pytest.approx(0.1, abs=0.003)
    assert second.mean(axis=0) == pytest.approx([0.0, 0.45, 0.9], abs=0.008)
    assert third.mean(axis=0) == pytest.approx([0.018, 0.009, 0.0], abs=0.0015)
    together = np.corrcoef(draws().outcome("c", 8, 0.3)[0].T.astype(float))
    assert np.abs(together - np.eye(8)).max() < 5 / np.sqrt(N)


@pytest.mark.parametrize("degrees", [6, 15, 40])
def test_chi_squared_to_a_per_cent_of_its_width(degrees: int) -> None:
    values = draws().chi_squared("x", np.full(N, degrees))
    exact = stats.chi2(degrees).ppf([0.05, 0.5, 0.95])
    assert np.quantile(values, [0.05, 0.5, 0.95]) == pytest.approx(
        exact, abs=0.03 * np.sqrt(2 * degrees)
    )


def test_dirichlet_shares_sum_to_one_with_the_means_asked_for() -> None:
    shares = draws().dirichlet("d", np.array([0.8, 2.9, 0.3]))
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert shares.mean(axis=0) == pytest.approx([0.2, 0.725, 0.075], abs=0.005)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=50), st.sampled_from(["a", "b"]))
def test_numbers_belong_to_the_particle_not_to_its_place(chosen: list[int], name: str) -> None:
    index = np.array(chosen)
    all_of_them, some = draws(1000), draws(1000).take(index)
    assert (some.uniform(name, 3) == all_of_them.uniform(name, 3)[index]).all()
    assert (some.child("x").normal(name) == all_of_them.child("x").normal(name)[index]).all()


def test_keys_do_not_repeat() -> None:
    root = root_key(1, "sample")
    events = child_keys(root, np.arange(2000))
    members = child_keys(np.repeat(events, 50), np.tile(np.arange(50), 2000))
    assert len(np.unique(members)) == 100_000
    assert root_key(1, "sample") != root_key(2, "sample") != root_key(1, "other")


def test_no_two_draws_of_a_particle_have_the_same_name() -> None:
    """Numbers drawn under one name are the same: two purposes must not share one."""
    methods = {"uniform", "normal", "exponential", "chance", "outcome", "fields", "gamma"}
    methods |= {"chi_squared", "poisson", "binomial", "dirichlet"}
    folder = Path(hepchain.simulation.response.__file__).parent
    names: Counter[tuple[str, str]] = Counter()
    for path in folder.glob("*.py"):
        if path.name == "draws.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in methods
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                # Events, collisions and fakes have keys of their own.
                owner = path.stem if path.stem in ("crossing", "objects", "tracks") else "particle"
                names[owner, ast.unparse(node.func.value) + str(node.args[0].value)] += 1
                if owner == "particle":
                    names["by name", str(node.args[0].value)] += 1
    assert len(names) > 40
    assert [name for name, count in names.items() if count > 1] == []
