from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.config.figures import FiguresConfig
from hepchain.config.loader import load_block
from hepchain.figures.output import save
from hepchain.figures.tabulate import as_csv, as_html
from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, Relation, binned, categories
from hepchain.validation.figure import draw, short
from hepchain.validation.files import read_comparisons, write_comparisons
from hepchain.validation.reconstructed import ReconstructedTracks
from hepchain.validation.segments import segments
from hepchain.validation.table import agreement_of_references, bins, summary
from tests.validation.gun_ntuples import REFERENCE

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


def test_summary_names_the_worst_bin_and_the_verdict_worst_first() -> None:
    table = summary(EVERYTHING)
    rows = [dict(zip(table.frame, row, strict=True)) for row in table.frame.to_numpy().tolist()]
    assert rows[0]["worst bin"] == "pT 2–5"
    assert rows[0]["deviation"] == "+7.5 %"
    assert rows[0]["in tolerances"] == "+1.50"
    assert [row["verdict"] for row in rows] == [
        "differs, not understood",
        "differs because",
        "too few entries",
        "agrees",
        "no reference",
    ]
    assert list(table.marks) == ["bad", "fair", "unknown", "good", "unknown"]
    assert [row["reason"] for row in rows] == ["", "a known reason", "", "", ""]
    assert table.title.endswith(
        "5 comparisons (differs, not understood: 1; differs because: 1; too few entries: 1; "
        "agrees: 1; no reference: 1)"
    )
    assert rows[4]["simulated"] == "4.00 to 4.30"


def test_the_page_shows_every_comparison_of_the_files(tmp_path: Path) -> None:
    path = tmp_path / "hits.json"
    write_comparisons(path, [*EVERYTHING, replace(FINE, selection="barrel")])
    records = json.loads(path.read_text())
    table = summary(read_comparisons(path))
    assert len(table.frame) == len(records) == 6
    assert Counter(table.frame["verdict"]) == Counter(
        record["assessment"]["verdict"] for record in records
    )


def test_every_bin_is_in_the_csv() -> None:
    rows = list(csv.reader(as_csv([bins(EVERYTHING)]).splitlines()))
    header, body = rows[1], rows[2:-1]
    assert len(body) == 2 * len(EVERYTHING)
    assert all(len(row) == len(header) for row in body)
    assert body[1][header.index("simulated")] == "4.3"


def test_page_marks_what_is_not_understood() -> None:
    page = as_html([summary(EVERYTHING)])
    assert page.count('col0 bad"') == 1
    assert page.count('col0 fair"') == 1


def test_page_sets_the_two_files_against_each_other() -> None:
    table = agreement_of_references(load_block(REFERENCE, ReconstructedTracks))
    assert "uproot-issue-951.root" in table.title
    assert "uproot-physlite-rntuple_v1-0-0-0.root" in table.title
    chances = [float(chance) for chance in table.frame["probability"]]
    assert len(chances) == 18
    assert min(chances) > 1e-4


def test_nothing_compared_is_no_crash() -> None:
    assert "0 comparisons" in summary([]).title
    assert "0 comparisons" in [text.get_text() for text in draw([], LOOKS).texts]


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
