"""The page of a group: every panel has its place, and what is written stays on the page."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.config.figures import FiguresConfig
from hepchain.validation.comparison import Axis
from hepchain.validation.figure import draw
from hepchain.validation.sheet import LEVEL, room_below, sheet
from tests.validation.test_report import ONE

LOOKS = FiguresConfig(formats=["png"], label="Simulation", energy=13.0, pt_edges=[1.0, 2.0])


@given(rooms=st.lists(st.floats(LEVEL, 3.0), max_size=7))
def test_panels_are_on_the_page_and_apart(rooms: list[float]) -> None:
    figure, pairs = sheet(rooms)
    assert len(pairs) == len(rooms)
    boxes = [axes.get_position() for axes in figure.axes]
    assert all(0 < box.x0 < box.x1 < 1 and 0 < box.y0 < box.y1 < 1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    for (values, deviation), room in zip(pairs, rooms, strict=True):
        upper, lower = values.get_position(), deviation.get_position()
        assert (upper.x0, upper.x1) == (lower.x0, lower.x1)
        assert upper.y0 > lower.y1
        assert lower.y0 * figure.get_figheight() >= room - 1e-9


def test_labels_that_stand_have_room_for_their_letters() -> None:
    assert room_below(["a" * 30], upright=False) == room_below([], upright=True) == LEVEL
    assert room_below(["a" * 30], upright=True) > room_below(["a" * 20], upright=True) > LEVEL


@pytest.mark.parametrize("label", ["f0", "delta_eta1", "share of tracks with TRT hits"])
def test_texts_stay_on_the_page(label: str) -> None:
    """Titles as long as the longest of the chain, labels that lie and that stand."""
    axis = Axis("kind", "kind of particle", None, (label, label))
    title = "Loose tracks with a calorimeter cluster, |η| < 2.5"
    figure = draw([replace(ONE, axis=axis, title=title)], LOOKS)
    box = figure.get_tightbbox()
    assert box.x0 >= 0.0
    assert box.y0 >= 0.0
    assert box.x1 <= figure.get_figwidth()
    assert box.y1 <= figure.get_figheight()


def test_worst_verdict_is_above_the_panels() -> None:
    figure = draw([ONE], LOOKS)
    values = figure.axes[0]
    assert values.get_title(loc="left") == ONE.assessment.verdict
    assert ONE.title in values.get_ylabel().replace("\n", " ")
    legend = values.get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text() == "simulation"
