"""Tables for people (HTML) and for programs (CSV)."""

from __future__ import annotations

import csv
import html
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hepchain.io.atomic import atomic_path

STYLE = """
body { font-family: sans-serif; font-size: 14px; color: #222; margin: 1em; }
table { border-collapse: collapse; }
caption { text-align: left; font-weight: bold; padding-bottom: 0.5em; }
th, td { padding: 0.3em 0.8em; text-align: right; border-bottom: 1px solid #ddd; }
th { vertical-align: bottom; border-bottom: 2px solid #444; }
th:first-child, td:first-child { text-align: left; }
tr:hover td { background: #f4f4f4; }
p { max-width: 60em; color: #555; }
.marked :is(th, td):is(:nth-child(2), :nth-last-child(-n+4)) { text-align: left; }
tr.good td:last-child { color: #00695c; }
tr.fair td { background: #fff6dd; }
tr.bad td { background: #fde3e1; }
tr.bad td:last-child { color: #b00020; font-weight: bold; }
tr.unknown td { color: #777; }
"""


@dataclass(frozen=True)
class Table:
    """Title, header, rows of text and a note below; ``marks``: look of each row, if given.

    Looks are ``good``, ``fair``, ``bad`` and ``unknown``; the last four columns of such tables are
    words.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    marks: Sequence[str] = ()


def number(value: float | None, error: float | None = None, digits: int = 2) -> str:
    """Value rounded to ``digits`` significant digits of its error, or of itself without one.

    >>> number(1234.5, 67.8)
    '1234 ± 68'
    >>> number(0.05234, 0.00123)
    '0.0523 ± 0.0012'
    >>> number(3.14159, digits=3)
    '3.14'
    >>> number(None)
    '–'
    """
    if value is None or not math.isfinite(value):
        return "–"
    known = error is not None and math.isfinite(error) and error > 0.0
    scale = error if known and error is not None else abs(value)
    exponent = int(f"{scale:.{digits - 1}e}".split("e")[1]) if scale > 0.0 else digits - 1
    decimals = max(0, digits - 1 - exponent)
    text = f"{value:.{decimals}f}"
    return text if error is None else f"{text} ± {error:.{decimals}f}"


def write_tables(tables: Sequence[Table], paths: Iterable[str | Path]) -> None:
    """Write the tables to each path according to its suffix, ``.html`` or ``.csv``."""
    for path in map(Path, paths):
        text = as_html(tables) if path.suffix == ".html" else as_csv(tables)
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def as_html(tables: Sequence[Table]) -> str:
    """A whole page that needs nothing from elsewhere."""
    body = "\n".join(_table_html(table) for table in tables)
    title = html.escape(tables[0].title) if tables else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _table_html(table: Table) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in table.header)
    marks = table.marks or [""] * len(table.rows)
    rows = "\n".join(
        (f'<tr class="{mark}">' if mark else "<tr>")
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
        + "</tr>"
        for row, mark in zip(table.rows, marks, strict=True)
    )
    note = f"<p>{html.escape(table.note)}</p>" if table.note else ""
    opening = '<table class="marked">' if table.marks else "<table>"
    return (
        f"{opening}<caption>{html.escape(table.title)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n{note}"
    )


def as_csv(tables: Sequence[Table]) -> str:
    """Tables below each other, each with a line for its title and a blank line after it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for table in tables:
        writer.writerow([f"# {table.title}"])
        writer.writerow(table.header)
        writer.writerows(table.rows)
        writer.writerow([])
    return buffer.getvalue()
