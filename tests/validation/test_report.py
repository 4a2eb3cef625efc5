from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gun_ntuples import REFERENCE

from hepchain.config.figures import FiguresConfig
from hepchain.config.loader import load_block
from hepchain.figures.output import save
from hepchain.figures.tabulate import as_csv, as_html
from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, Relation, binned, categories
from hepchain.validation.figure import draw, segments, short
from hepchain.validation.reconstructed import ReconstructedTracks
from hepchain.validation.table import agreement_of_references, bins, summary

LOOKS = FiguresConfig(formats=["png"], label="Simulation", energy=13.0, pt_edges=[1.0, 2.0])
NAN = float("nan")

ONE = Comparison(
    quantity="hits",
    group="hits",
    title="pixel hits",
    unit="1",
    axis=binned("pt", "pT [GeV]", [1.0, 2.0, 5.0]),
    simulated=np.array([4.0, 4.3]),
    simulated_error=np.array([0.01, 0.01]),
    reference=np.array([4.0, 4.0]),
    reference_error=np.array([0.02, NAN]),
    relation=Relation.FITTED,
    source="a file: top quarks",
    trust=Trust.COMPUTED,
    tolerance=0.05,
    tolerance_kind="relative",
    tolerance_reason="because",
)
EXPLAINED = replace(ONE, source="another", difference="a known reason")
FINE = replace(ONE, quantity="holes", title="holes", simulated=np.array([4.0, 4.1]))
UNKNOWN = replace(ONE, quantity="e", title="E/p", reference=None, reference_error=None)
EMPTY = replace(ONE, quantity="f", title="f", simulated=np.full(2, NAN))
EVERYTHING = (ONE, EXPLAINED, FINE, UNKNOWN, EMPTY)


def test_summary_names_the_worst_bin_and_the_verdict() -> None:
    table = summary(EVERYTHING)
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert rows[0]["worst bin"] == "pT 2–5"
    assert rows[0]["deviation"] == "+7.5 %"
    assert rows[0]["in tolerances"] == "+1.50"
    assert [row["verdict"] for row in rows] == [
        "differs, not understood",
        "differs because: a known reason",
        "agrees",
        "no reference",
        "too few entries",
    ]
    assert list(table.marks) == ["bad", "fair", "good", "unknown", "unknown"]
    assert "1 differs, not understood" in table.title
    assert rows[3]["simulated"] == "4.00 to 4.30"


def test_selections_of_a_quantity_share_a_row() -> None:
    table = summary([replace(FINE, selection="barrel"), replace(ONE, quantity="holes")])
    assert len(table.rows) == 1
    assert table.rows[0][-1] == "differs, not understood"
    assert table.rows[0][3] == "4"


def test_every_bin_is_in_the_csv() -> None:
    rows = list(csv.reader(as_csv([bins(EVERYTHING)]).splitlines()))
    header, body = rows[1], rows[2:-1]
    assert len(body) == 2 * len(EVERYTHING)
    assert all(len(row) == len(header) for row in body)
    assert body[1][header.index("simulated")] == "4.3"


def test_page_marks_what_is_not_understood() -> None:
    page = as_html([summary(EVERYTHING)])
    assert page.count('<tr class="bad">') == 1
    assert page.count('<tr class="fair">') == 1


def test_page_sets_the_two_files_against_each_other() -> None:
    table = agreement_of_references(load_block(REFERENCE, ReconstructedTracks))
    assert "uproot-issue-951.root" in table.title
    assert "uproot-physlite-rntuple_v1-0-0-0.root" in table.title
    chances = [float(row[3]) for row in table.rows]
    assert len(chances) == 18
    assert min(chances) > 1e-4


def test_nothing_compared_is_no_crash() -> None:
    assert "nothing compared" in summary([]).title
    assert draw([], LOOKS).axes


@pytest.mark.parametrize(
    "comparisons",
    [
        EVERYTHING,
        [replace(ONE, axis=categories("kind", "", ["electron", "pion"]))],
        [replace(ONE, selection="a"), replace(ONE, selection="b", source="c")],
    ],
)
def test_figures_are_drawn(comparisons: list[Comparison], tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    save(draw(comparisons, LOOKS), comparisons, [path])
    assert path.stat().st_size > 5000


def test_selections_stand_side_by_side_and_one_alone_on_its_scale() -> None:
    (alone,) = segments([ONE]).values()
    assert alone.edges.tolist() == [1.0, 2.0, 5.0]
    left, right = segments([replace(ONE, selection=name) for name in "ab"]).values()
    assert left.edges.tolist() == [0.0, 1.0, 2.0]
    assert right.edges[0] > left.edges[-1]


def test_long_sources_are_cut_in_legends() -> None:
    assert short("a file: with much more") == "a file"
    assert len(short("x" * 100)) < 50
