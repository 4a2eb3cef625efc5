"""How a quantity is measured: expressions of the columns of a table, as the files of a group say.

Expressions are those of ``pandas.DataFrame.eval``: comparisons, ``and``, ``or``, ``not``,
arithmetic, ``abs``, ``sqrt``, ``log`` and the like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, PositiveFloat

from hepchain.config.base import Block
from hepchain.errors import ConfigError
from hepchain.validation.comparison import FloatArray
from hepchain.validation.summaries import (
    BoolArray,
    Estimate,
    Summary,
    at_least,
    counted,
    mean,
    median,
    passing,
    ratio,
    rms,
    share,
    summarised,
    width,
)

Frames = Mapping[str, pd.DataFrame]
"""Name of a table -> table."""
SUMMARIES: Mapping[str, Summary] = {
    "mean": mean,
    "median": median,
    "width": width,
    "rms": rms,
    "share": share,
    "passing": passing,
}
SummaryName = Literal["mean", "median", "width", "rms", "share", "passing"]


class Measure(Block):
    """What is summed up of which rows of a table, bin by bin."""

    frame: str = Field(default="tracks", description="table that the expressions are of")
    where: str | None = Field(default=None, description="rows; all if not given")
    value: str | list[str] | None = Field(
        default=None, description="what is summed up, where it is known; a list: one each bin"
    )
    summary: SummaryName | list[SummaryName] = Field(
        default="mean", description="how; a list: one each bin"
    )
    seen: str | None = Field(
        default=None,
        description="rows of `tracks` that count as found: in place of `value`, for their number "
        "over that of the rows of `shot`",
    )
    weight: str | None = Field(default=None, description="of a row; 1 if not given")
    by: str | None = Field(default=None, description="what the bins or windows of the axis are of")
    bins: list[str] | None = Field(default=None, description="rows of each bin, in place of `by`")
    over: str | None = Field(
        default=None, description="rows in place of `where` that make the denominator of a ratio"
    )
    minus: str | None = Field(default=None, description="the same for what is subtracted")
    min_entries: PositiveFloat | None = Field(
        default=None, description="effective entries below which a bin stays empty"
    )

    def estimates(
        self, frames: Frames, edges: Sequence[float] | None, half_width: float | None, bins: int
    ) -> list[Estimate]:
        """Estimate of each bin.

        Parameters
        ----------
        edges, half_width : of the axis: edges of bins, or centres of windows and half their width,
            relative to the centre
        bins : their number

        Raises
        ------
        ConfigError : an expression is none, or has columns that the table does not
        """

        def of(where: str | None) -> list[Estimate]:
            return self._sample(frames, where, _binning(self, edges, half_width, bins))

        first = of(self.where)
        if self.over is not None:
            return [ratio(*pair) for pair in zip(first, of(self.over), strict=True)]
        if self.minus is not None:
            return [_difference(*pair) for pair in zip(first, of(self.minus), strict=True)]
        return first

    def expecting(self, expression: str) -> Measure:
        """The same of what is expected of each row."""
        changes: dict[str, Any] = {"value": expression}
        if self.seen is not None:
            changes |= {"seen": None, "frame": "shot"}
        return self.model_copy(update=changes)

    def _sample(self, frames: Frames, where: str | None, parts: Parts) -> list[Estimate]:
        if self.seen is not None:
            found = [" and ".join(f"({item})" for item in (where, self.seen) if item)]
            seen, shot = (
                [part.sum() for part in parts(frames[name], rows)]
                for name, rows in (("tracks", *found), ("shot", where))
            )
            return [counted(float(k), float(n)) for k, n in zip(seen, shot, strict=True)]
        frame = frames[self.frame]
        chosen = parts(frame, where)
        values = [evaluate(frame, item) for item in _each(self.value or "", len(chosen))]
        weight = None if self.weight is None else evaluate(frame, self.weight)
        return [
            summarised(self._summary(name), value, part & np.isfinite(value), weight)
            for name, value, part in zip(
                _each(self.summary, len(chosen)), values, chosen, strict=True
            )
        ]

    def _summary(self, name: str) -> Summary:
        plain = SUMMARIES[name]
        return plain if self.min_entries is None else at_least(self.min_entries, plain)


Parts = Callable[[pd.DataFrame, str | None], list[BoolArray]]
"""Rows of each bin among some rows of a table."""


def evaluate(frame: pd.DataFrame, expression: str) -> FloatArray:
    """Values of an expression, shape (rows,); a condition has 1 and 0.

    Raises
    ------
    ConfigError : it is no expression, or has columns that the table does not
    """
    try:
        found = frame.eval(expression, engine="python")
    except Exception as error:
        # pandas hands on whatever Python's parser and NumPy raise.
        columns = ", ".join(map(str, frame.columns))
        raise ConfigError(f"'{expression}': {error}; columns: {columns}") from error
    return np.broadcast_to(np.asarray(found, dtype=np.float64), len(frame))


def _binning(
    measure: Measure, edges: Sequence[float] | None, half_width: float | None, bins: int
) -> Parts:
    def parts(frame: pd.DataFrame, where: str | None) -> list[BoolArray]:
        chosen = np.ones(len(frame), dtype=bool)
        if where is not None:
            chosen = evaluate(frame, where) > 0.0
        if measure.bins is not None:
            return [chosen & (evaluate(frame, item) > 0.0) for item in measure.bins]
        if measure.by is None or edges is None:
            return [chosen] * bins
        by = evaluate(frame, measure.by)
        if half_width is not None:
            return [chosen & (np.abs(by / centre - 1.0) < half_width) for centre in edges]
        return [chosen & (by >= low) & (by < high) for low, high in pairwise(edges)]

    return parts


def _each(items: str | Sequence[str], bins: int) -> list[str]:
    return [items] * bins if isinstance(items, str) else list(items)


def _difference(first: Estimate, second: Estimate) -> Estimate:
    return Estimate(first.value - second.value, float(np.hypot(first.error, second.error)))
