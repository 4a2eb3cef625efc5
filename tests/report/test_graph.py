"""Places of stages, and the texts of formulas and names."""

from __future__ import annotations

import re

import pytest

from hepchain.report.graph import GAP_X, WIDTH, drawing
from hepchain.report.words import Words, as_words


def test_a_stage_stands_after_all_it_needs_and_needs_that_follow_are_left_out() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("b", "d")]
    found = drawing("abcd", edges)
    columns = {box.name: (box.x - found.boxes[0].x) // (WIDTH + GAP_X) for box in found.boxes}
    assert columns == {"a": 0, "b": 1, "c": 2, "d": 2}
    assert len({(box.x, box.y) for box in found.boxes}) == 4
    assert len(found.curves) == 3


def test_stages_that_need_each_other_are_drawn() -> None:
    assert len(drawing("ab", [("a", "b"), ("b", "a")]).curves) == 1
    assert drawing([], []).boxes == []


@pytest.mark.parametrize("name", ["*a*", "`b`", "a_", "|c|", "\\d", "x < y & z", "``e``"])
def test_signs_of_the_markup_are_text(name: str) -> None:
    html = Words({"name": name}).html("of {{ name }}.", "test")
    text = re.sub("<[^>]+>", "", html).replace("&lt;", "<").replace("&amp;", "&")
    assert text.strip() == f"of {name}."


def test_formula_of_a_title() -> None:
    assert as_words("m$_{2$") == r"m\ :math:`_{2`\ "
    assert "<math" in Words({"t": "$\\mu$"}).html("{{ t }}", "test")


@pytest.mark.parametrize("formula", ["x_{2", "}", r"\frac", r"\nothing{", "<b>", r"\left("])
def test_formula_that_is_none_does_not_end_the_page(formula: str) -> None:
    page = Words({"t": f"${formula}$"}).html("{{ t }} and more", "test")
    assert "and more</p>" in page
    assert "<b>" not in page
