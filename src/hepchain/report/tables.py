"""Tables of the results, read back from the CSV files that the chain has written."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hepchain.errors import ConfigError, InputError
from hepchain.report.description import ShownTable

NUMBER = re.compile(r"^[<>≥≤~]?\s*[-+−]?\d")
ABSENT = ("", "–")
SENTENCE = 60
"""Signs of a cell from which on it needs a wide column."""


@dataclass(frozen=True)
class Table:
    """Title, header and cells as text; ``looks``: of the cells of one column, ``marked``."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    looks: Sequence[str] = ()
    marked: int = -1

    @property
    def kinds(self) -> list[str]:
        """Of each column: ``n`` for numbers, ``w`` for sentences, which take the room there is."""
        long = [any(len(row[p]) > SENTENCE for row in self.rows) for p in range(len(self.columns))]
        return ["n" if n else "w" if w else "" for n, w in zip(self.numeric, long, strict=True)]

    @property
    def numeric(self) -> list[bool]:
        """Whether a column stands on the right: all of its cells that say something are numbers."""
        cells = [[row[place] for row in self.rows] for place in range(len(self.columns))]
        said = [[cell for cell in column if cell not in ABSENT] for column in cells]
        return [bool(column) and all(map(NUMBER.match, column)) for column in said]


@dataclass(frozen=True)
class View:
    """A table as a page shows it."""

    table: Table
    opened: Table | None = None
    """Rows that are seen at once, where the others are folded away."""
    counts: dict[str, int] = field(default_factory=dict)
    """Value of the counted column -> number of rows."""
    marks: dict[str, str] = field(default_factory=dict)
    folded: bool = False


def read_tables(path: Path) -> list[Table]:
    """The tables of a file as :func:`hepchain.figures.tabulate.as_csv` writes it.

    Raises
    ------
    InputError : the file is missing or no such file
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
    except FileNotFoundError:
        raise InputError(f"{path}: missing; `snakemake --cores 2 {path}` makes it") from None
    blocks: list[list[list[str]]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    tables = [block for block in blocks if block]
    if any(len(block) < 2 or not block[0][0].startswith("# ") for block in tables):
        raise InputError(f"{path}: not a file of tables with a title line each")
    return [Table(block[0][0][2:], block[1], block[2:]) for block in tables]


def views(tables: Iterable[Table], shown: ShownTable) -> list[View]:
    """Those of the tables, columns and rows that are shown.

    Raises
    ------
    ConfigError : a part or a column is not there
    """
    known = list(tables)
    chosen = known
    if shown.parts:
        chosen = [table for part in shown.parts for table in known if table.title.startswith(part)]
        if len(chosen) < len(shown.parts):
            raise ConfigError(
                f"{shown.file}: not all of the tables {shown.parts}; there are: "
                f"{', '.join(table.title for table in known)}"
            )
    return [_view(table, shown) for table in chosen]


def _view(table: Table, shown: ShownTable) -> View:
    places = [_place(table, name, shown.file) for name in shown.columns or table.columns]
    wanted = [(_place(table, name, shown.file), value) for name, value in shown.shown.items()]
    chosen = [row for row in table.rows if all(row[place] == value for place, value in wanted)]
    counts: dict[str, int] = {}
    if shown.count is not None:
        counted = _place(table, shown.count, shown.file)
        counts = dict(Counter(row[counted] for row in table.rows))
        # The numbers are above the table, and need not be in its title.
        table = replace(table, title=table.title.partition(" (")[0])
    whole = _part(table, places, table.rows, shown)
    said = [place for place in places if any(row[place] not in ABSENT for row in chosen)]
    opened = _part(table, said, chosen, shown) if wanted else None
    return View(whole, opened, counts, dict(shown.marks), shown.folded)


def _part(
    table: Table, places: list[int], rows: Iterable[Sequence[str]], shown: ShownTable
) -> Table:
    columns = [table.columns[place] for place in places]
    cells = [[row[place] for place in places] for row in rows]
    if shown.count not in columns:
        return Table(table.title, columns, cells)
    marked = columns.index(shown.count)
    looks = [shown.marks.get(row[marked], "") for row in cells]
    return Table(table.title, columns, cells, looks, marked)


def _place(table: Table, column: str, file: str) -> int:
    try:
        return list(table.columns).index(column)
    except ValueError:
        raise ConfigError(
            f"{file}: table '{table.title}' has no column '{column}'; there are: "
            f"{', '.join(table.columns)}"
        ) from None
