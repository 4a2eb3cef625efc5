"""The result: how well glass is told from clay, and what a count of events says."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.figures.roc import rocs
from hepchain.statistics.counting import Counting, analyse


@dataclass(frozen=True)
class Number:
    """A number and its statistical error."""

    value: float
    error: float


def count(signal: Number, background: Number) -> dict[str, Number]:
    """Expected limit on the events of a signal, and significance of this one."""

    def limit(_: float, b: float) -> float:
        return analyse(Counting(b, b, background.error)).expected_limit[2]

    def significance(s: float, b: float) -> float:
        return analyse(Counting(s + b, b, background.error)).significance

    return {
        "signal_events": signal,
        "background_events": background,
        "expected_limit": _with_error(limit, signal, background),
        "significance": _with_error(significance, signal, background),
    }


def _with_error(of: Callable[[float, float], float], s: Number, b: Number) -> Number:
    """A function of both, with the change of it if each of them changes by its error."""
    value = of(s.value, b.value)
    of_signal = of(s.value + s.error, b.value) - value
    of_background = of(s.value, b.value + b.error) - value
    return Number(value, math.hypot(of_signal, of_background))


def areas(scores: str, categories: Sequence[str], tagger: str) -> dict[str, Number]:
    """Area under the curve in each category."""
    curves = rocs({tagger: Path(scores)}, categories)
    return {f"auc_{curve.category}": Number(curve.auc, curve.auc_error) for curve in curves}


def number(content: Any) -> Number:
    """From JSON."""
    return Number(content["value"], content["error"])
