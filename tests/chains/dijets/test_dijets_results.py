"""Numbers and figures of a run, of small made-up results."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hepchain.chains.dijets.config.methods import WindowsConfig
from hepchain.chains.dijets.figures import (
    injection_scan,
    methods,
    p_values,
    score_plane,
    sic,
    significance,
    spectrum,
)
from hepchain.chains.dijets.limits import limits, table
from hepchain.chains.dijets.performance import performance
from hepchain.chains.dijets.summary import summary
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things
from hepchain.io.structured import plain
from hepchain.sic import improvement
from hepchain.statistics.significance import median_limit
from tests.chains.dijets.pseudo_data import made

LOOKS = FiguresConfig(formats=["png"], label="test", energy=13.0, pt_edges=[1200.0, 7000.0])
WINDOWS = WindowsConfig(
    mass=(2700.0, 6100.0), bin_width=100.0, side_band=400.0, windows={"w": (3300.0, 3700.0)}
)


def finding(efficiency: float, significance: float | None) -> dict[str, Any]:
    return {
        "window": "w",
        "efficiency": efficiency,
        "observed": 120.0,
        "expected": None if significance is None else 100.0,
        "error": 5.0,
        "significance": significance,
        "spectrum": [10.0] * 34,
        "fit": [9.0] * 34,
    }


FOUND = {0: [finding(1.0, 0.2), finding(0.1, None)], 400: [finding(1.0, 1.5), finding(0.1, 5.0)]}


def test_numbers_of_a_run() -> None:
    searches = {
        number: {
            "findings": found,
            "best": [{"efficiency": 0.1, "global_value": 0.02, "global_error": 0.001}],
            "resonances": [
                {"efficiency": 0.1, **{one: {"value": 3.0, "error": 0.2} for one in "abc"}}
            ]
            if number
            else [],
        }
        for number, found in FOUND.items()
    }
    experiments = [{"global_value": 0.01 if number < 4 else 0.5} for number in range(80)]
    numbers = summary(
        searches,
        {"cwola": {"max_sic": 8.0, "max_sic_error": 0.5}},
        {"cwola": {"max_sic": 1.1, "max_sic_error": 0.1}},
        {"maf": [-5.0, -5.2], "spline": [-5.1]},
        [*experiments, {"global_value": None}],
        {"real_slice/supervised": {"value": 14.0, "error": 0.7}},
        "w",
    )
    assert all(set(number) == {"value", "error"} for number in numbers.values())
    assert numbers["max_sic/cwola"] == {"value": 8.0, "error": 0.5}
    assert numbers["max_sic_correlated/cwola"] == {"value": 1.1, "error": 0.1}
    assert numbers["log_likelihood/maf"]["value"] == pytest.approx(-5.1)
    assert numbers["log_likelihood/maf"]["error"] == pytest.approx(0.1)
    assert numbers["log_likelihood/spline"]["error"] is None
    assert numbers["false_alarm_rate"]["value"] == 0.05
    assert numbers["significance/0/0.1"] == {"value": None, "error": None}
    assert numbers["events/400/0.1"]["value"] == 20.0
    assert numbers["events/400/0.1"]["error"] == pytest.approx(math.sqrt(120.0 + 25.0))
    assert numbers["mass_b/400/0.1"] == {"value": 3.0, "error": 0.2}
    assert "mass_b/0/0.1" not in numbers
    assert numbers["global_p/400/0.1"] == {"value": 0.02, "error": 0.001}


def test_no_false_alarm_has_an_error() -> None:
    rate = summary({}, {}, {}, {}, [{"global_value": 0.5}] * 20, None, "w")["false_alarm_rate"]
    assert rate["value"] == 0.0
    assert (rate["error"] or 0.0) > 0.0


def test_performance_is_that_of_the_window() -> None:
    events = made(5000, 100, beside=500)
    score = events.columns["mj1"] - 10.0 * events.columns["mj1"] * (events.mass > 3700.0)
    found = performance(events, score, (3300.0, 3700.0), np.random.default_rng(1))
    chosen = events.within(3300.0, 3700.0)
    expected = improvement(score[chosen], events.signal[chosen]).largest
    assert found.max_sic == pytest.approx(expected)
    assert np.all(np.diff(found.efficiency) > 0)
    assert len(found.sic) == len(found.efficiency) <= 200


def test_limits_are_those_of_the_counts() -> None:
    usable, flagged = (
        {**finding(0.1, 2.0), "p_value": 0.02, "goodness": 0.4, "flags": flags}
        for flags in ([], ["poor fit"])
    )
    found = limits([usable, flagged])
    assert found[0].expected == pytest.approx(median_limit(100.0, 5.0), rel=0.03)
    assert (found[0].observed or 0.0) > (found[0].expected or 0.0)
    assert (found[1].observed, found[1].expected) == (None, None)
    shown = table([usable, flagged], found, {"w": (3300.0, 3700.0)}, 0)
    assert shown.frame["Window [TeV]"].tolist() == ["3.3 to 3.7"] * 2
    assert shown.frame["Remarks"].tolist() == ["", "poor fit"]


def test_p_values() -> None:
    found = p_values.uniformity([*np.linspace(0.005, 0.995, 100), None])
    assert (len(found.values), found.failed) == (100, 1)
    assert found.kolmogorov > 0.9
    assert p_values.uniformity([0.01] * 30).kolmogorov < 1e-3


def test_the_plane_is_the_mean_score() -> None:
    events = made(4000, 0)
    columns = {**events.columns, "mj1": np.full(4000, 50.0), "dmj": np.full(4000, 100.0)}
    events = type(events)(
        columns, events.sample, events.event_number, events.fold, events.signal, events.observed
    )
    scores = np.linspace(0.0, 1.0, 4000)
    found = score_plane.plane(events, scores, (3300.0, 3700.0))
    assert np.isfinite(found.mean).sum() == 1
    assert np.nanmax(found.mean) == pytest.approx(scores[events.within(3300, 3700)].mean())
    figure = score_plane.draw({0: found, 400: found}, {"b": 150.0, "c": 50.0}, LOOKS)
    assert len(figure.axes) == 3


def test_figures_are_drawn_with_gaps() -> None:
    shown = {spectrum.words_about(injected): found for injected, found in FOUND.items()}
    assert len(spectrum.draw(shown, WINDOWS, LOOKS).axes) == 2
    assert len(significance.draw(FOUND, WINDOWS, LOOKS).axes) == 2
    events = made(5000, 100, beside=500)
    random = np.random.default_rng(1)
    curve = plain(performance(events, events.columns["mj1"], (3300.0, 3700.0), random))
    figure = sic.draw({"cwola": curve}, Things(taggers={"cwola": "CWoLa"}), LOOKS)
    assert "CWoLa" in figure.legends[0].get_texts()[0].get_text()
    figure = methods.draw({"cwola": curve}, {}, Things(taggers={"cwola": "CWoLa"}), LOOKS)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["CWoLa"]
    uniform = p_values.uniformity([0.1, 0.5, None])
    assert len(p_values.draw(uniform, uniform, LOOKS).axes) == 2


def test_significance_against_injected_events() -> None:
    found = {
        number: [
            {**finding(cut, value), "signal": number * cut, "flags": flags}
            for cut, value, flags in ((0.1, 5.0, ["poor fit"] if number else []), (1.0, 1.0, []))
        ]
        for number in (200, 0)
    }
    curves = injection_scan.curves(found)
    assert [curve.efficiency for curve in curves] == [1.0, 0.1]
    assert curves[1].signal == (0.0, 200.0)
    assert curves[1].significance == (5.0, None)
    figure = injection_scan.draw(curves, LOOKS)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "100 %",
        "10 %",
    ]
