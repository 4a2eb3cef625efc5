"""Yields and histograms: nothing is lost, and bins are merged by the rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.statistics.templates import Entries, fill, make_templates
from hepchain.statistics.yields import Yield

masses = st.lists(st.floats(0.0, 4.99), max_size=60)


def entries(values: list[float], weight: float = 1.0) -> Entries:
    return Entries(np.array(values, dtype=float), np.full(len(values), weight))


def test_a_yield_of_equal_weights_is_poisson() -> None:
    result = Yield.of(np.full(25, 2.0))
    assert result.value == 50.0
    assert result.error == 10.0
    assert result.relative_error == pytest.approx(0.2)
    assert (result.events, result.effective_events) == (25, pytest.approx(25.0))


def test_a_yield_of_nothing_has_no_relative_error() -> None:
    assert Yield.of([]) == Yield(0.0, 0.0, None, 0, 0.0)


@given(st.lists(st.floats(0.01, 10.0), min_size=1, max_size=30), st.floats(0.1, 100.0))
def test_luminosity_scales_yield_and_error_alike(weights: list[float], factor: float) -> None:
    first, second = Yield.of(weights), Yield.of(np.array(weights) * factor)
    assert second.value == pytest.approx(factor * first.value)
    assert second.error == pytest.approx(factor * first.error)
    assert second.relative_error == pytest.approx(first.relative_error)
    assert second.effective_events == pytest.approx(first.effective_events)


def test_a_lost_entry_is_an_error() -> None:
    with pytest.raises(ValueError, match="entries outside"):
        fill(entries([5.1]), [0.0, 5.0])
    with pytest.raises(ValueError, match="entries outside"):
        fill(entries([float("nan")]), [0.0, 5.0])


@given(masses, masses, masses, st.integers(1, 12))
def test_merged_templates_keep_all_events_and_have_no_unusable_bin(
    signal: list[float], first: list[float], second: list[float], bins: int
) -> None:
    edges = np.linspace(0.0, 5.0, bins + 1)
    backgrounds = {"a": entries(first), "b": entries(second, 0.5)}
    templates = make_templates(entries(signal), backgrounds, edges)
    assert templates.edges[0] == 0.0
    assert templates.edges[-1] == 5.0
    assert set(templates.edges) <= set(edges.tolist())
    assert sum(templates.signal.events) == len(signal)
    assert sum(templates.background.events) == len(first) + len(second)
    assert sum(templates.background.contents) == pytest.approx(len(first) + 0.5 * len(second))
    assert len(templates.edges) == 2 or min(templates.background.events) > 0


def test_an_empty_bin_goes_to_its_upper_neighbour_and_the_last_to_its_lower() -> None:
    backgrounds = {"a": entries([0.5, 2.5, 3.5])}
    templates = make_templates(entries([0.1]), backgrounds, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert templates.edges == (0.0, 1.0, 3.0, 5.0)
    assert templates.requested_bins == 5
    assert templates.background.events == (1, 1, 1)


def test_a_negative_bin_is_merged() -> None:
    values = Entries(np.array([0.5, 1.5, 1.6]), np.array([2.0, -1.0, 0.5]))
    templates = make_templates(entries([0.1]), {"a": values}, [0.0, 1.0, 2.0])
    assert templates.edges == (0.0, 2.0)
    assert templates.background.contents == (1.5,)
    assert templates.background.errors[0] == pytest.approx(np.sqrt(4 + 1 + 0.25))


def test_a_bin_of_negative_signal_is_merged() -> None:
    signal = Entries(np.array([0.5, 1.5, 2.5]), np.array([2.0, -1.0, 1.5]))
    backgrounds = {"a": entries([0.5, 1.5, 2.5])}
    templates = make_templates(signal, backgrounds, [0.0, 1.0, 2.0, 3.0])
    assert templates.edges == (0.0, 1.0, 3.0)
    assert templates.signal.contents == (2.0, 0.5)


def test_errors_of_backgrounds_add_in_quadrature() -> None:
    backgrounds = {"a": entries([1.0] * 9), "b": entries([1.0] * 4, 2.0)}
    templates = make_templates(entries([1.0]), backgrounds, [0.0, 5.0])
    assert templates.background.contents == (17.0,)
    assert templates.background.errors == (pytest.approx(5.0),)
