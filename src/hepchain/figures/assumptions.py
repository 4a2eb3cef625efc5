"""What the jobs of a run assumed, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd

from hepchain.assumptions import Assumption
from hepchain.figures.tabulate import Table
from hepchain.io.structured import read_records

ALIKE = ["kind", "rule", "message"]
TITLES = {
    "kind": "What",
    "message": "Meaning",
    "rule": "Rule",
    "jobs": "Jobs",
    "count": "Number",
    "of": "Of",
}


def read(paths: Iterable[str | Path], folder: str | Path) -> pd.DataFrame:
    """Assumptions of all jobs, those of one rule that say the same in one row.

    Columns are ``kind``, ``rule``, ``message``, ``jobs`` (names as those of their logs; empty for
    the only job of a rule), ``count`` and ``of`` (sums over the jobs, missing where none counts).

    Parameters
    ----------
    paths : a file of each job
    folder : of all of them; a path below it names rule and job

    Raises
    ------
    InputError : a file is missing or has another content
    """
    paths = list(paths)
    rows: list[dict[str, Any]] = []
    for path, items in zip(paths, read_records(paths, _of_job), strict=True):
        rule, *job = Path(path).relative_to(folder).with_suffix("").parts
        rows += [{"rule": rule, "jobs": "/".join(job), **asdict(item)} for item in items]
    columns = ["rule", "jobs", *(field.name for field in fields(Assumption))]
    found = pd.DataFrame(rows, columns=columns).astype({"count": "Int64", "of": "Int64"})
    together = found.groupby(ALIKE, as_index=False)
    names = together.agg({"jobs": _named})
    return names.merge(together[["count", "of"]].sum(min_count=1), on=ALIKE)


def _named(jobs: Iterable[str]) -> str:
    return ", ".join(filter(None, jobs))


def _of_job(content: Any) -> list[Assumption]:
    return [Assumption(**item) for item in content["assumed"]]


def table(found: pd.DataFrame, jobs: int) -> Table:
    """A line for each assumption; ``jobs``: number of jobs that were asked."""
    note = (
        f"Of {jobs} jobs. Each line is a warning in the log of these jobs whose cause alters a "
        "number. Number: tracks, events or bins that it concerns, summed over the jobs."
    )
    if found.empty:
        note = f"None of {jobs} jobs assumed anything."
    text = found.astype(object).fillna("").astype(str)
    return Table("What this run assumed", text[[*TITLES]].rename(columns=TITLES), note, words=True)
