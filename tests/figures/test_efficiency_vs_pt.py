"""Efficiencies in bins of pT against numbers counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepchain.config.figures import FiguresConfig, ReferenceStudy
from hepchain.figures import efficiency_vs_pt
from hepchain.figures.efficiency_vs_pt import PtEfficiencies, count
from hepchain.figures.style import Things
from hepchain.selection.working_point import WorkingPoint
from hepchain.shares import ALL

EDGES = np.array([0.5, 1.0, 2.0, 5.0])
TABLE: dict[str, Any] = {
    "category": np.array(["trt", "trt", "silicon", "trt", "trt"]),
    "label": np.array([1, 1, 1, 0, 2]),
    "weight": np.array([1.0, 3.0, 2.0, 1.0, 9.0]),
    "pt": np.array([0.6, 0.7, 1.5, 0.8, 0.9]),
    "score": np.array([0.5, 2.5, 2.5, 1.5, 9.0]),
}
POINTS = {
    "overall": WorkingPoint((-np.inf, np.inf), (1.0,)),
    "per_pt_bin": WorkingPoint((0.5, 1.0, 5.0), (2.0, 3.0)),
}


@pytest.fixture
def numbers() -> PtEfficiencies:
    return PtEfficiencies("keras", EDGES, 0.05, count([TABLE], POINTS, ["trt"], EDGES))  # type: ignore[arg-type]


def test_shares_in_bins(numbers: PtEfficiencies) -> None:
    curve = numbers.of(ALL, "signal", "overall")
    assert curve.value[:2] == pytest.approx([0.75, 1.0])
    assert np.isnan(curve.value[2])
    assert (curve.low[2], curve.high[2], curve.entries[2]) == (0.0, 1.0, 0.0)
    assert curve.entries[0] == pytest.approx(16 / 10)
    assert curve.inclusive.value == pytest.approx(5 / 6)


def test_thresholds_of_the_bins(numbers: PtEfficiencies) -> None:
    assert numbers.of(ALL, "signal", "per_pt_bin").value[:2] == pytest.approx([0.75, 0.0])
    assert numbers.of(ALL, "background", "per_pt_bin").value[0] == 0.0


def test_category_and_other_electrons(numbers: PtEfficiencies) -> None:
    assert numbers.of("trt", "signal", "overall").entries[1] == 0.0
    assert numbers.of(ALL, "background", "overall").inclusive.entries == 1.0


def test_drawn_points_are_the_numbers(
    numbers: PtEfficiencies, things: Things, config: FiguresConfig
) -> None:
    figure = efficiency_vs_pt.draw(numbers, things, config)
    (points, *_) = figure.axes[0].containers[0]
    assert points.get_ydata() == pytest.approx([0.75, 1.0])


def test_reference_is_drawn_as_printed(
    numbers: PtEfficiencies, things: Things, config: FiguresConfig
) -> None:
    alone = config.model_copy(update={"reference": ReferenceStudy()})
    bare = efficiency_vs_pt.draw(numbers, things, alone)
    figure = efficiency_vs_pt.draw(numbers, things, config)
    lines = [np.asarray(line.get_xydata()).tolist() for line in figure.axes[0].lines]
    assert [[1.0, 0.5], [1.0, 0.5]] in lines
    assert [[2.0, 0.6], [2.0, 0.7]] in lines
    assert [[3.0, 0.8], [5.0, 0.8]] in lines
    assert len(figure.axes[0].texts) == len(bare.axes[0].texts) + 3
