"""Comparisons in JSON, one file a group, and the log line that counts the verdicts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.errors import InputError
from hepchain.io.structured import plain, read_json, write_json
from hepchain.trust import Trust
from hepchain.validation.comparison import Axis, Comparison, Relation, Verdict, counted

logger = logging.getLogger(__name__)

ARRAYS = ("simulated", "simulated_error", "reference", "reference_error")


def write_comparisons(path: str | Path, comparisons: Sequence[Comparison]) -> None:
    """Write the comparisons of a group, with their deviations and verdicts for other programs."""
    records = [plain(item) | {"assessment": plain(item.assessment)} for item in comparisons]
    write_json(path, records)
    log_verdicts(comparisons)


def read_comparisons(path: str | Path) -> list[Comparison]:
    """Read what :func:`write_comparisons` wrote.

    Raises
    ------
    InputError : the file is missing, not JSON, or not a list of comparisons
    """
    try:
        return [_comparison(record) for record in read_json(path, list)]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: not a list of comparisons ({type(error).__name__}: {error}); "
            "remove it and rerun"
        ) from error


def log_verdicts(comparisons: Sequence[Comparison]) -> None:
    """Say how many comparisons have which verdict, and which are not understood."""
    logger.info("%s", counted(comparisons))
    for comparison in comparisons:
        if comparison.assessment.verdict is Verdict.NOT_UNDERSTOOD:
            logger.warning(
                "%s %s: differs, not understood (%s)",
                comparison.quantity,
                comparison.selection,
                comparison.source,
            )


def _comparison(record: dict[str, Any]) -> Comparison:
    axis: dict[str, Any] = {
        name: tuple(x) if isinstance(x, list) else x for name, x in record["axis"].items()
    }
    fields = {name: value for name, value in record.items() if name != "assessment"}
    for name in ARRAYS:
        values = fields[name]
        fields[name] = None if values is None else np.array(values, dtype=np.float64)
    fields |= {"relation": Relation(fields["relation"]), "trust": Trust(fields["trust"])}
    return Comparison(**fields | {"axis": Axis(**axis)})
