"""Tables for people (HTML, LaTeX) and for programs (CSV), by pandas."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

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
.marked :is(th, td):is(:nth-child(-n+3), :nth-last-child(-n+4)) { text-align: left; }
.marked td { vertical-align: top; }
.marked td:nth-child(7), .marked td:nth-child(8) { white-space: nowrap; }
.marked td:nth-last-child(2) { overflow-wrap: anywhere; min-width: 16em; }
.marked td:last-child { min-width: 22em; }
.words :is(th, td) { text-align: left; vertical-align: top; }
td.good:first-child { color: #00695c; }
td.fair { background: #fff6dd; }
td.bad { background: #fde3e1; }
td.bad:first-child { color: #b00020; font-weight: bold; }
td.unknown { color: #777; }
"""


@dataclass(frozen=True)
class Table:
    """Title, cells as text, and a note below; ``marks``: look of each row, if given.

    Looks are ``good``, ``fair``, ``bad`` and ``unknown``; the first three columns of such tables
    and the last four are words.
    """

    title: str
    frame: pd.DataFrame
    note: str = ""
    marks: Sequence[str] = ()
    words: bool = False
    """Whether the cells are words, which stand on the left."""


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


def estimated(value: Mapping[str, Any] | None, factor: float = 1.0) -> str:
    """Text of a ``value`` with its ``error``, both times a factor."""
    if value is None or value["value"] is None:
        return number(None)
    error = value["error"]
    return number(factor * value["value"], None if error is None else factor * error)


def write_tables(tables: Sequence[Table], paths: Iterable[str | Path]) -> None:
    """Write the tables to each path by its suffix: ``.html``, ``.csv`` or ``.tex``."""
    written: dict[str, Callable[[Sequence[Table]], str]] = {
        ".html": as_html,
        ".csv": as_csv,
        ".tex": as_latex,
    }
    for path in map(Path, paths):
        with atomic_path(path) as temporary:
            temporary.write_text(written[path.suffix](tables), encoding="utf-8")


def as_html(tables: Sequence[Table]) -> str:
    """A whole page that needs nothing from elsewhere."""
    body = "\n".join(_html(table, place) for place, table in enumerate(tables))
    title = html.escape(tables[0].title) if tables else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _html(table: Table, place: int) -> str:
    styler = _escaped(table, "html", uuid=f"{place}").set_caption(html.escape(table.title))
    if table.marks:
        frame = table.frame
        marks = [[mark] * len(frame.columns) for mark in table.marks]
        styler.set_td_classes(pd.DataFrame(marks, frame.index, frame.columns))
    look = "marked" if table.marks else "words" if table.words else "plain"
    note = f"<p>{html.escape(table.note)}</p>" if table.note else ""
    return styler.to_html(table_attributes=f'class="{look}"') + note


def _escaped(table: Table, form: str, uuid: str = "") -> Styler:
    """Cells and header with all that ``form`` would take for its own signs escaped."""
    styler = Styler(table.frame, uuid=uuid, cell_ids=False).hide(axis="index")
    return styler.format(escape=form).format_index(escape=form, axis="columns")


def as_csv(tables: Sequence[Table]) -> str:
    """Tables below each other, each with a line for its title and a blank line after it."""
    buffer = io.StringIO()
    for table in tables:
        pd.DataFrame([f"# {table.title}"]).to_csv(buffer, index=False, header=False)
        table.frame.to_csv(buffer, index=False)
        buffer.write("\n")
    return buffer.getvalue()


def as_latex(tables: Sequence[Table]) -> str:
    """Rows and columns for a table of one's own, with the package booktabs; Unicode signs."""
    return "\n".join(
        f"% {table.title}\n{_escaped(table, 'latex').to_latex(hrules=True)}" for table in tables
    )
