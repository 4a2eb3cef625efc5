"""Looks that stay the same, files that are whole, tables that can be read back."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from pydantic import ValidationError

from hepchain.chains.soft_electrons.figures.mass import PARTICLE_LOOKS
from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency
from hepchain.figures import style
from hepchain.figures.output import save
from hepchain.figures.style import Things, styled, wrapped
from hepchain.figures.tabulate import (
    Table,
    as_csv,
    as_html,
    as_latex,
    number,
    write_tables,
)
from hepchain.io.structured import plain
from hepchain.labels import Label

FAMILIES = (style.CATEGORY_LOOKS, style.SIGNAL_LOOKS, style.TAGGER_LOOKS, style.BACKGROUND_LOOKS)


def test_look_does_not_depend_on_what_else_is_drawn(things: Things) -> None:
    fewer = Things({"trt_calorimeter": "", "calorimeter": ""}, {}, {}, {})
    assert fewer.look("calorimeter") == things.look("calorimeter")


def test_unknown_thing_has_no_look_but_a_title(things: Things) -> None:
    assert things.title("unknown") == "unknown"
    with pytest.raises(KeyError):
        things.look("unknown")


def test_no_colour_is_used_for_two_things() -> None:
    colours = [look.colour for family in FAMILIES for look in family]
    colours += [look.colour for look in PARTICLE_LOOKS.values()]
    colours += [style.REFERENCE_COLOUR, *style.SIGMA_COLOURS]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize("looks", FAMILIES)
def test_a_grey_printer_can_tell_a_family_apart(looks: tuple[style.Look, ...]) -> None:
    for one, other in combinations(looks, 2):
        assert one.line != other.line
        assert one.marker != other.marker


def test_colours_differ_for_a_red_blind_reader() -> None:
    """Viénot, Brettel, Mollon (1999): red and green of linear RGB merge into one."""
    projection = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.004, -0.004, 1.0]])
    for family in FAMILIES:
        seen = [projection @ np.array(to_rgb(look.colour)) ** 2.2 for look in family]
        for one, other in combinations(seen, 2):
            assert np.abs(np.clip(one, 0, 1) ** 0.45 - np.clip(other, 0, 1) ** 0.45).max() > 0.1


def test_settings_of_the_user_have_no_say() -> None:
    with mpl.rc_context({"lines.linewidth": 17.0}):
        with styled():
            assert mpl.rcParams["lines.linewidth"] == style.SETTINGS["lines.linewidth"]
        assert mpl.rcParams["lines.linewidth"] == 17.0


def test_brackets_of_a_title_are_not_broken() -> None:
    assert wrapped("higgsino (153, 150) GeV", 14) == "higgsino\n(153,\u00a0150)\u00a0GeV"


def test_plain_numbers() -> None:
    value = {"a": np.array([1.0, np.nan]), 2: Efficiency(np.float64(0.5), 0.0, 1.0, np.inf)}
    assert plain(value) == {
        "a": [1.0, None],
        "2": {"value": 0.5, "low": 0.0, "high": 1.0, "entries": None},
    }
    assert plain((Label.SIGNAL, True, "x", None)) == [1, True, "x", None]


def test_failed_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        save(Figure(), {}, [tmp_path / "a.png"])
    assert list(tmp_path.iterdir()) == []


def test_report_needs_png() -> None:
    with pytest.raises(ValidationError, match="png must be among the formats"):
        FiguresConfig(formats=["pdf"], label="", energy=13, pt_edges=[0.5, 1])


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1234.5, 67.8, "1234 ± 68"),
        (0.05234, 0.00123, "0.0523 ± 0.0012"),
        (5.0, 0.0, "5.0 ± 0.0"),
        (0.0, 0.0, "0 ± 0"),
        (float("nan"), 1.0, "–"),
        (None, None, "–"),
        (123456.0, None, "123456"),
        (0.0123, None, "0.012"),
    ],
)
def test_rounding(value: float | None, error: float | None, text: str) -> None:
    assert number(value, error) == text


class Cells(HTMLParser):
    """Texts of the cells of all tables."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.inside = tag in ("td", "th")
        self.found += [""] if self.inside else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data


def test_tables_can_be_read_back(tmp_path: Path) -> None:
    frame = pd.DataFrame([["a, b", "1 ± 2"]], columns=["name", "m < 3 & more"])
    table = Table("Title", frame, "note")
    paths = [tmp_path / f"t.{suffix}" for suffix in ("html", "csv", "tex")]
    write_tables([table], paths)
    cells = Cells()
    cells.feed(paths[0].read_text())
    assert cells.found == ["name", "m < 3 & more", "a, b", "1 ± 2"]
    rows = list(csv.reader(io.StringIO(paths[1].read_text())))
    assert rows == [["# Title"], ["name", "m < 3 & more"], ["a, b", "1 ± 2"], []]
    assert r"name & m < 3 \& more \\" in paths[2].read_text()
    assert as_csv([]) == ""


@pytest.mark.parametrize("marks", [(), ("bad",)])
def test_names_cannot_write_html_or_latex(marks: tuple[str, ...]) -> None:
    name = "<script>alert(1)</script> & $x_1$ 50 %"
    table = Table(name, pd.DataFrame([[name]], columns=[name]), name, marks)
    page = as_html([table])
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 5
    latex = as_latex([table]).split("\n", 1)[1]
    assert latex.count(r"\& \$x\_1\$ 50 \%") == 2


def test_marks_are_looks_of_rows() -> None:
    frame = pd.DataFrame([["x", "y"], ["u", "v"]], columns=["a", "b"])
    page = as_html([Table("t", frame, marks=("bad", ""))])
    found = re.findall(r'<td class="([^"]*)" >(.)', page)
    assert [cell for look, cell in found if "bad" in look.split()] == ["x", "y"]
