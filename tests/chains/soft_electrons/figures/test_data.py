"""Data in figures and tables: nothing of the signal region while it is closed."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from hepchain.chains.soft_electrons.figures import (
    cutflow,
    mass,
    mass_spectra,
    point_tables,
    sensitivity,
)
from hepchain.chains.soft_electrons.figures.points import point
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things
from hepchain.io.structured import plain, write_json
from tests.figures.figure_inputs import POINTS, cut_flow, lines_of, result, write

VETO = (3.0, 3.2)
INSIDE = mass_spectra.EDGES[:-1] < 5.0
GOOD = "higgsino_153_150"


def candidates(path: Path, masses: list[float], passes: list[bool]) -> Path:
    """A table of candidates with truth, as the figure reads it of simulation."""
    n = len(masses)
    table = {"mass": masses, "weight": [1.0] * n, "passes_tagger": passes, "label": [0] * n}
    return write(path, {**table, "truth_pdg_id": [211] * n, "truth_is_pileup": [0] * n})


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """A background, and data in two tables' worth of candidates, inside and outside."""
    masses = np.arange(0.05, 6.0, 0.1).tolist()
    background = candidates(tmp_path / "w.parquet", masses, [row % 3 == 0 for row in range(60)])
    data = {"mass": masses, "passes_tagger": [row % 2 == 0 for row in range(60)]}
    return background, write(tmp_path / "data.parquet", data)


def spectra(tables: tuple[Path, Path], closed_below: float | None) -> mass_spectra.MassSpectra:
    background, data = tables
    return mass_spectra.mass_spectra(
        {GOOD: background}, [background], VETO, 1.0, [data, data], closed_below
    )


def test_closed_data_are_not_shown_even_if_a_table_has_them(tables: tuple[Path, Path]) -> None:
    closed, opened = spectra(tables, 5.0).data, spectra(tables, None).data
    assert closed is not None
    assert opened is not None
    for row in (mass_spectra.ALL, mass_spectra.PASSING):
        assert np.isnan(closed.counts[row][INSIDE]).all()
        assert closed.counts[row][~INSIDE].tolist() == opened.counts[row][~INSIDE].tolist()
    assert (
        closed.counts[mass_spectra.FAILING].tolist() == opened.counts[mass_spectra.FAILING].tolist()
    )
    assert opened.counts.sum(axis=1).tolist() == [120.0, 60.0, 60.0]
    # What is written beside the figure.
    assert plain(closed)["counts"][mass_spectra.PASSING][:20] == [None] * 20


def test_simulation_is_as_it_is_without_data(tables: tuple[Path, Path]) -> None:
    without = plain(mass_spectra.mass_spectra({GOOD: tables[0]}, [tables[0]], VETO, 1.0))
    for closed_below in (5.0, None):
        found = plain(spectra(tables, closed_below))
        assert found.pop("data") is not None
        assert found == {name: value for name, value in without.items() if name != "data"}


def test_a_bin_that_is_closed_in_part_is_closed(tables: tuple[Path, Path]) -> None:
    data = spectra(tables, 4.1).data
    assert data is not None
    assert np.flatnonzero(np.isnan(data.counts[mass_spectra.PASSING]))[-1] == 16  # 4.0 to 4.25 GeV


def test_those_that_fail_are_the_rest(tables: tuple[Path, Path]) -> None:
    pions = spectra(tables, None).background["pion"]
    for column in range(2):
        everything, passing, failing = (pions.row(row)[column] ** (1 + column) for row in range(3))
        assert passing + failing == pytest.approx(everything)


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for axes in figure.axes for text in axes.texts)


def test_figure_says_what_is_closed(
    tables: tuple[Path, Path], things: Things, config: FiguresConfig
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = [mass.draw(spectra(tables, b), things, config, 139.0) for b in (5.0, None)]
        for figure in figures:
            figure.draw_without_rendering()
    closed, opened = (texts(figure) for figure in figures)
    assert closed.count("data closed here") == 2
    assert "closed" not in opened
    assert "failing the tagger" in opened
    without = mass_spectra.mass_spectra({GOOD: tables[0]}, [tables[0]], VETO, 1.0)
    assert len(mass.draw(without, things, config, 139.0).axes) == len(figures[0].axes) - 1


def test_poisson_interval_of_the_tables() -> None:
    # Central 68.27 % intervals, as in the review of statistics of the Particle Data Group.
    low, high = mass.poisson_interval(np.array([0.0, 1.0, 4.0, 10.0]))
    assert low == pytest.approx([0.0, 0.173, 2.086, 6.891], abs=1e-3)
    assert high == pytest.approx([1.841, 3.300, 7.163, 14.267], abs=1e-3)


@pytest.fixture
def flows(tmp_path: Path) -> dict[str, Path]:
    """Cut-flow files of a signal and of data, open and closed."""
    shares = (1.0, 0.5, 0.5, 1.0, 0.1)
    lines = cut_flow(GOOD, 100.0, shares)
    for name, content in (("signal", lines), ("opened", lines), ("closed", lines[:3])):
        write_json(tmp_path / f"{name}.json", {GOOD: content})
    return {name: tmp_path / f"{name}.json" for name in ("signal", "opened", "closed")}


@pytest.mark.parametrize(("kind", "left"), [("opened", 5), ("closed", 3)])
def test_cut_flow_of_data_ends_where_it_is_closed(
    flows: dict[str, Path], kind: str, left: int, things: Things, config: FiguresConfig
) -> None:
    found = cutflow.cut_flows({GOOD: flows["signal"]}, {}, 139.0, {"recorded": flows[kind]})
    assert found[1].point == ("" if kind == "closed" else GOOD)
    named = replace(things, data={"recorded": "Run 2"})
    figure = cutflow.draw(found, named, config, 139.0)
    figure.draw_without_rendering()
    (points,) = (c for c in figure.axes[0].containers if isinstance(c, ErrorbarContainer))
    assert np.asarray(points[0].get_xdata()).tolist() == found[1].weighted.tolist()
    assert str(points.get_label()).startswith("Run 2")
    table = cutflow.table(found, named, 139.0)
    assert str(list(table.frame)[2]).startswith("Run 2")
    assert sum(row[2] != "" for row in lines_of(table)) == left


def with_observation(limit: float | None) -> dict[str, Any]:
    """Result of a mass point; data are counted in the first and last approach."""
    content = result(GOOD, 300.0, 9000.0)
    for item in (content["approaches"][0], content["approaches"][-1]):
        item["observed"] = {"events": 123, "limit": limit, "significance": 1.25}
    return content


def draw(content: dict[str, Any], things: Things, config: FiguresConfig) -> Figure:
    numbers = sensitivity.Sensitivity([point(content)], 0.05, {}, {})
    return sensitivity.draw(numbers, things, config)


def test_observed_limits_are_drawn_where_they_are(things: Things, config: FiguresConfig) -> None:
    axes = draw(with_observation(1.7), things, config).axes[0]
    diamonds = [np.asarray(line.get_ydata()) for line in axes.lines if line.get_marker() == "D"]
    assert [heights[0] for heights in diamonds if len(heights)] == [1.7, 1.7]
    assert axes.get_ylabel().startswith("95 % CL limit")
    far = draw(with_observation(40.0), things, config).axes[0]
    assert far.get_ylim()[1] > 40.0


@pytest.mark.parametrize("content", [result(GOOD, 300.0, 9000.0), with_observation(None)])
def test_nothing_is_observed_without_a_limit(
    content: dict[str, Any], things: Things, config: FiguresConfig
) -> None:
    axes = draw(content, things, config).axes[0]
    assert not [line for line in axes.lines if line.get_marker() == "D"]
    assert axes.get_ylabel().startswith("Expected 95 % CL limit")


def test_table_has_observations_only_where_there_are_some(things: Things) -> None:
    def table(content: dict[str, Any]) -> Any:
        numbers = sensitivity.Sensitivity([point(content)], 0.05, {}, {})
        return point_tables.sensitivity_table(plain(numbers), things)

    assert "observed" not in table(result(GOOD, 300.0, 9000.0)).frame
    opened = table(with_observation(1.7))
    assert list(opened.frame)[-3:] == ["observed", "observed limit", "observed significance"]
    rows = [row[-3:] for row in lines_of(opened)]
    assert rows[0] == rows[-1]
    assert rows[0][0] == "123"
    assert rows[0][1].startswith("1.7")
    assert rows[1] == ["", "", ""]
    assert len(POINTS) == 4


@pytest.mark.parametrize("times", [1.0, 1e3], ids=["background", "signal"])
def test_the_legend_of_the_masses_covers_nothing(
    tables: tuple[Path, Path], config: FiguresConfig, times: float
) -> None:
    found = spectra(tables, None)
    signal = replace(found.signals[GOOD], weighted=times * found.signals[GOOD].weighted)
    found = replace(found, signals={f"{GOOD}_{number}": signal for number in range(16)})
    things = Things({}, {}, {name: name for name in (GOOD, *found.signals)}, {})
    drawn = mass.draw(found, things, config, 1.0)
    axes = drawn.axes[0]
    drawn.draw_without_rendering()
    legend = axes.get_legend()
    assert legend is not None
    lowest = axes.transData.inverted().transform(legend.get_window_extent())[0, 1]
    total = sum(spectrum.row(0)[0] for spectrum in found.background.values())
    assert found.data is not None
    highest = max(
        float(np.max(total)),
        float(mass.poisson_interval(np.nanmax(found.data.counts[0]))[1]),
        float(signal.row(0)[0].max()),
    )
    assert lowest > highest
