"""Comparisons in JSON, one file a group, and the log line that counts the verdicts."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.errors import InputError
from hepchain.io.structured import read_json, write_json
from hepchain.trust import Trust
from hepchain.validation.comparison import (
    Assessment,
    Axis,
    Comparison,
    FloatArray,
    Relation,
    Verdict,
)

logger = logging.getLogger(__name__)

ARRAYS = ("simulated", "simulated_error", "reference", "reference_error")
WORDS = ("quantity", "group", "title", "unit", "source", "tolerance", "tolerance_kind")
MORE_WORDS = ("tolerance_reason", "difference", "selection")


def write_comparisons(path: str | Path, comparisons: Sequence[Comparison]) -> None:
    """Write the comparisons of a group, with their deviations and verdicts for other programs."""
    write_json(path, [_record(comparison) for comparison in comparisons])
    log_verdicts(comparisons)


def read_comparisons(path: str | Path) -> list[Comparison]:
    """Read what :func:`write_comparisons` wrote.

    Raises
    ------
    InputError : the file is missing, not JSON, or not a list of comparisons
    """
    try:
        return [_comparison(record) for record in read_json(path)]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: not a list of comparisons ({type(error).__name__}: {error}); "
            "remove it and rerun"
        ) from error


def log_verdicts(comparisons: Iterable[Comparison]) -> None:
    """Say how many comparisons have which verdict, and which are not understood."""
    comparisons = list(comparisons)
    counts = Counter(comparison.assessment.verdict for comparison in comparisons)
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    logger.info("%d comparisons: %s", len(comparisons), listed or "none")
    for comparison in comparisons:
        if comparison.assessment.verdict is Verdict.NOT_UNDERSTOOD:
            logger.warning(
                "%s %s: differs, not understood (%s)",
                comparison.quantity,
                comparison.selection,
                comparison.source,
            )


def _record(comparison: Comparison) -> dict[str, Any]:
    axis = comparison.axis
    return {
        **{name: getattr(comparison, name) for name in (*WORDS, *MORE_WORDS)},
        **{name: _listed(getattr(comparison, name)) for name in ARRAYS},
        "axis": {
            "name": axis.name,
            "title": axis.title,
            "edges": None if axis.edges is None else list(axis.edges),
            "labels": list(axis.labels),
        },
        "relation": str(comparison.relation),
        "trust": str(comparison.trust),
        "assessment": _assessment(comparison.assessment),
    }


def _assessment(assessment: Assessment) -> dict[str, Any]:
    arrays = ("deviation", "in_tolerance", "in_sigma", "excess")
    return {
        **{name: _listed(getattr(assessment, name)) for name in arrays},
        "worst": assessment.worst,
        "verdict": str(assessment.verdict),
    }


def _comparison(record: dict[str, Any]) -> Comparison:
    axis = record["axis"]
    edges = None if axis["edges"] is None else tuple(axis["edges"])
    fields: dict[str, Any] = {name: record[name] for name in (*WORDS, *MORE_WORDS)}
    return Comparison(
        **fields | {name: _array(record[name]) for name in ARRAYS},
        axis=Axis(axis["name"], axis["title"], edges, tuple(axis["labels"])),
        relation=Relation(record["relation"]),
        trust=Trust(record["trust"]),
    )


def _listed(array: FloatArray | None) -> list[float | None] | None:
    if array is None:
        return None
    return [float(value) if np.isfinite(value) else None for value in array]


def _array(values: list[float | None] | None) -> FloatArray | None:
    return None if values is None else np.array(values, dtype=np.float64)
