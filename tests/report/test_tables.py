"""Tables of CSV files, and what of them is shown."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hepchain.errors import ConfigError, InputError
from hepchain.figures import tabulate
from hepchain.report.description import ShownTable
from hepchain.report.tables import Table, read_tables, views


def shown(**keys: object) -> ShownTable:
    return ShownTable.model_validate({"file": "a", **keys})


def test_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    frames = [pd.DataFrame({"a, b": ["x\ny", '"z"'], "n": ["1", ""]}), pd.DataFrame({"c": ["–"]})]
    tables = [tabulate.Table(f"table {n}", frame) for n, frame in enumerate(frames)]
    path = tmp_path / "a.csv"
    tabulate.write_tables(tables, [path])
    first, second = read_tables(path)
    assert (first.title, list(first.columns)) == ("table 0", ["a, b", "n"])
    assert [list(row) for row in first.rows] == [["x\ny", "1"], ['"z"', ""]]
    assert (second.title, second.rows) == ("table 1", [["–"]])


def test_missing_or_other_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing; `snakemake"):
        read_tables(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="title line"):
        read_tables(tmp_path / "b.csv")


def test_kinds_of_columns() -> None:
    rows = [["pions", "1.2 ± 0.1", "-3", "–", "a" * 80], ["kaons", "–", "≥ 80 %", "", "b"]]
    assert Table("", list("abcde"), rows).kinds == ["", "n", "n", "", "w"]


def test_parts_and_columns() -> None:
    tables = [Table("One", ["a", "b"], [["1", "2"]]), Table("Two", ["a"], [])]
    (view,) = views(tables, shown(parts=["On"], columns=["b"]))
    assert (view.table.columns, view.table.rows) == (["b"], [["2"]])
    with pytest.raises(ConfigError, match="there are: One, Two"):
        views(tables, shown(parts=["Three"]))
    with pytest.raises(ConfigError, match="no column 'c'; there are: a, b"):
        views(tables[:1], shown(columns=["c"]))


def test_counted_column_is_marked_and_empty_ones_are_left_out_of_the_open_rows() -> None:
    table = Table("T (2)", ["v", "w", "why"], [["bad", "1", ""], ["good", "2", "x"]])
    keys = {"count": "v", "marks": {"bad": "bad"}, "shown": {"v": "bad"}}
    (view,) = views([table], shown(**keys))
    assert view.counts == {"bad": 1, "good": 1}
    assert view.opened == Table("T", ["v", "w"], [["bad", "1"]], ["bad"], 0)
    assert view.table.looks == ["bad", ""]
