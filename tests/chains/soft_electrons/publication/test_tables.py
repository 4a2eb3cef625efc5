"""Tables of a submission: what stands in them is what the results and the models say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepchain.chains.soft_electrons.figures.cutflow import CutFlow
from hepchain.chains.soft_electrons.publication import figure_tables, tables
from hepchain.chains.soft_electrons.publication.tables import Names
from hepchain.publication.records import Table, Variable
from tests.chains.soft_electrons.publication.publication_inputs import (
    POINTS,
    STATUS,
    result,
    workspace,
)

NAMES = Names({"w": "W boson", "a": "signal (103, 100)"}, {"loose": "loose", "tight": "tight cuts"})


def results(**statuses: str) -> dict[str, dict[str, Any]]:
    return {point: result(point, statuses.get(point, "ok")) for point in POINTS}


def column(table: Table, name: str, sample: str | None = None) -> Variable:
    """A dependent variable by its name, and by its sample if there are several."""
    found = [
        item
        for item in table.dependent
        if item.name == name and sample in (None, item.qualifiers.get("SAMPLE"))
    ]
    assert len(found) == 1
    return found[0]


def test_yields_have_the_uncertainties_of_the_model() -> None:
    models = {point: workspace(point, "tight") for point in POINTS}
    table = tables.yields("tight", results(), models, NAMES)
    assert [item.name for item in table.independent] == ["m(N2)", "m(N1)"]
    signal = column(table, "Expected events", "signal")
    assert signal.values == [3 * value[2] for value in POINTS.values()]
    errors = {item.label: item.values for item in signal.uncertainties}
    assert errors["stat"] == pytest.approx([np.hypot(0.3, 0.4)] * 3)
    assert errors["sys,luminosity"][0] == pytest.approx(
        (12 * np.expm1(-0.017), 12 * np.expm1(0.017))
    )
    assert errors["sys,variation noise"][0] == pytest.approx((-0.2 * 12, 0.1 * 12))
    assert errors["sys,variation noise"][2] is None
    background = column(table, "Expected events", "W boson")
    assert background.values == [60.0, 60.0, 22.5]
    total = column(table, "Expected events", "all backgrounds")
    assert [item.values[0] for item in total.uncertainties] == pytest.approx([3.0, 4.0])


def test_limits_are_the_medians_with_their_bands() -> None:
    table = tables.limits("tight", results(b=STATUS), NAMES)
    limit = table.dependent[0]
    assert limit.name == "Expected 95 % CL upper limit on the signal strength"
    assert limit.values == [2.0, "-", 2.0]
    one, two, statistical = limit.uncertainties
    assert one.values[0] == pytest.approx((-0.6, 1.0))
    assert two.values[0] == pytest.approx((-1.0, 2.5))
    assert [one.values[1], two.values[1], statistical.values[1]] == [None, None, None]
    assert table.dependent[1].values == [0.7, "-", 0.7]
    assert table.description.endswith("of simulated events or of a fit: b.")
    assert not any(item.name.startswith("Observed") for item in table.dependent)


def test_limits_with_the_control_region_are_its_own() -> None:
    names = Names({}, {**NAMES.approaches, "control_region": "with control"})
    table = tables.limits("control_region", results(a=STATUS), names)
    assert table.dependent[0].values == ["-", 1.9, 1.9]
    assert table.dependent[0].uncertainties[2].values == [None, None, None]
    assert table.dependent[1].values == [0.8] * 3
    assert table.figure == ""


def test_observations_stand_beside_what_is_expected() -> None:
    seen = {point: result(point, observed={"events": 7, "limit": 2.5}) for point in POINTS}
    limit = tables.limits("tight", seen, NAMES)
    assert limit.dependent[2].name == "Observed 95 % CL upper limit on the signal strength"
    assert limit.dependent[2].values == [2.5] * 3
    models = {point: workspace(point, "tight") for point in POINTS}
    counted = tables.yields("tight", seen, models, NAMES)
    assert column(counted, "Observed events").values == [7, 7, 7]


def test_cut_flows_of_one_window_share_a_table() -> None:
    splittings = {point: n2 - n1 for point, (n2, n1, _) in POINTS.items()}
    flows = [
        CutFlow(sample, point, ("all", f"m < {splittings[point]}"), (9, 4), weighted, weighted / 3)
        for sample, point in [("a", "a"), ("b", "b"), ("c", "c"), *(("w", p) for p in POINTS)]
        for weighted in [np.array([90.0, 40.0])]
    ]
    made = tables.cut_flows(flows, splittings, NAMES)
    assert [table.name for table in made] == ["Cut-flow below 3 GeV", "Cut-flow below 1.5 GeV"]
    samples = [item.qualifiers["SAMPLE"] for item in made[0].dependent]
    assert samples == ["signal (103, 100)"] * 2 + ["b"] * 2 + ["W boson"] * 2
    assert made[0].independent[0].values == ("all", "m < 3.0")
    assert made[0].dependent[0].uncertainties[0].values == [30.0, pytest.approx(40 / 3)]


def test_efficiencies_have_the_ends_of_their_intervals() -> None:
    curve = {"category": "all", "kind": "overall", "low": [0.7, 0.0], "high": [0.9, 1.0]}
    content = {
        "tagger": "trees",
        "fake_rate": 0.05,
        "edges": [0.5, 1.0, 5.0],
        "curves": [
            {**curve, "label": "background", "value": [0.85, None]},
            {**curve, "label": "signal", "value": [0.8, None]},
            {**curve, "label": "signal", "value": [0.1, None], "category": "silicon"},
        ],
    }
    table = figure_tables.efficiencies(content, "efficiency")
    assert table.independent[0].values == [(0.5, 1.0), (1.0, 5.0)]
    assert [item.name for item in table.dependent] == [
        "Efficiency of electrons",
        "Fake rate of hadrons",
    ]
    assert table.dependent[0].values == [0.8, "-"]
    assert table.dependent[0].uncertainties[0].values[0] == pytest.approx((-0.1, 0.1))
    assert table.dependent[0].uncertainties[0].values[1] is None
    assert not table.luminosity


def test_contours_of_several_pieces_are_one_table() -> None:
    lines = [[[100.0, 2.0], [110.0, 3.0]], [[120.0, 4.0]]]
    exclusions = [
        {"strength": 10.0, "contours": {"0": lines, "1": []}},
        {"strength": 1.0, "contours": {}},
    ]
    made = figure_tables.contours({"exclusions": {"tight": exclusions}}, NAMES)
    assert [table.name for table in made] == ["Contour 10 tight"]
    assert [item.values for item in made[0].independent] == [[1, 1, 2], [100.0, 110.0, 120.0]]
    assert made[0].dependent[0].values == [2.0, 3.0, 4.0]
