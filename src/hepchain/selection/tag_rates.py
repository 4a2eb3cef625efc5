"""Probability to pass a tagger, measured on many objects and applied to few: truth tagging.

Few simulated objects of a selection pass a tight tagger. The share that passes, measured in bins of
all that it depends on, and on objects outside the selection, weights every object of the selection
instead: the same expectation with a smaller error. As flavour tagging does it, for instance
ATL-PHYS-PUB-2022-041.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincc

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Of objects that they are applied to, shape (n,) each."""

    rate: Floats
    error: Floats
    """Statistical, common to all objects of a cell."""
    cell: npt.NDArray[np.int64]
    """Number of the cell that an object takes its rate from."""
    level: npt.NDArray[np.int64]
    """How many of the axes, from the first, that cell has."""


NUMBERS = ("weight", "squares", "passed")
"""Sums of each cell: of weights, of their squares, and of the weights of objects that pass."""


@dataclass(frozen=True)
class TagRates:
    """Weighted objects and those among them that pass, in the cells of some axes."""

    sums: pd.DataFrame
    """Columns: the axes, the first the most important, and :data:`NUMBERS`."""
    min_objects: float
    """A cell with fewer effective ones is taken together with its neighbours along the last axis,
    and so on."""

    @classmethod
    def of(cls, parts: Iterable[pd.DataFrame], axes: Sequence[str], min_objects: float) -> TagRates:
        """Rates from tables with a column an axis, and the columns ``passed`` and ``weight``."""
        return cls.of_each(parts, axes, ["passed"], min_objects)["passed"]

    @classmethod
    def of_each(
        cls,
        parts: Iterable[pd.DataFrame],
        axes: Sequence[str],
        passed: Sequence[str],
        min_objects: float,
    ) -> dict[str, TagRates]:
        """The same for several requirements, a column each in place of ``passed``."""
        found: dict[str, list[pd.DataFrame]] = {name: [] for name in passed}
        for part in parts:
            for name in passed:
                found[name].append(_filled(part, axes, name))
        empty = pd.DataFrame(columns=[*axes, *NUMBERS])
        return {
            name: cls(_summed(pd.concat(items) if items else empty, axes), min_objects)
            for name, items in found.items()
        }

    @property
    def axes(self) -> list[str]:
        """Names of the axes."""
        return [name for name in self.sums.columns if name not in NUMBERS]

    @property
    def objects(self) -> float:
        """Effective number of all."""
        return float(_effective(_summed(self.sums, []))[0])

    @property
    def sufficient(self) -> bool:
        """Whether there are enough objects for one common rate at least."""
        return self.objects >= self.min_objects

    def at(self, objects: pd.DataFrame) -> Rates:
        """Rates of objects with a column an axis, each from the smallest cell that is full enough.

        Raises
        ------
        ValueError : too few objects were measured for any rate, see :attr:`sufficient`
        """
        if not self.sufficient:
            raise ValueError(f"{self.objects:g} objects, {self.min_objects:g} needed")
        cell, level = (np.full(len(objects), -1) for _ in range(2))
        rate, effective = np.zeros(len(objects)), np.ones(len(objects))
        offset = 0
        for number in range(len(self.axes), -1, -1):
            axes = self.axes[:number]
            sums = _summed(self.sums, axes)
            row, filled = _rows(sums, objects, axes), _effective(sums)
            known = (cell < 0) & (row >= 0)
            known[known] = filled[row[known]] >= self.min_objects
            rows = row[known]
            cell[known], level[known], effective[known] = rows + offset, number, filled[rows]
            shares = (sums["passed"] / sums["weight"]).to_numpy(dtype=np.float64)
            rate[known] = np.clip(shares[rows], 0.0, 1.0)
            offset += len(sums)
        return Rates(rate, binomial_error(rate * effective, effective), cell, level)


def binomial_error(passed: Floats, objects: Floats) -> Floats:
    """Standard deviation of a share, of the posterior after a flat prior: not 0 at 0 or all."""
    share = (passed + 1.0) / (objects + 2.0)
    result: Floats = np.sqrt(share * (1.0 - share) / (objects + 3.0))
    return result


def _filled(objects: pd.DataFrame, axes: Sequence[str], passed: str) -> pd.DataFrame:
    weight = objects["weight"].astype(np.float64)
    numbers = {"weight": weight, "squares": weight**2, "passed": weight * objects[passed]}
    return _summed(objects[list(axes)].assign(**numbers), axes)


def _summed(sums: pd.DataFrame, axes: Sequence[str]) -> pd.DataFrame:
    """Sums in the cells of these axes alone."""
    numbers = list(NUMBERS)
    if not axes:
        return sums[numbers].sum().to_frame().T
    return sums.groupby(list(axes), as_index=False)[numbers].sum()


def _effective(sums: pd.DataFrame) -> Floats:
    """Effective number of objects of each cell."""
    weight, squares = (sums[name].to_numpy(dtype=np.float64) for name in ("weight", "squares"))
    result: Floats = np.divide(weight**2, squares, out=np.zeros(len(sums)), where=squares > 0.0)
    return result


def _rows(sums: pd.DataFrame, objects: pd.DataFrame, axes: Sequence[str]) -> Any:
    """Row of the sums for each object, -1 where there is none."""
    if not axes:
        return np.zeros(len(objects), dtype=np.int64)
    index = pd.MultiIndex.from_frame(sums[list(axes)])
    return index.get_indexer(pd.MultiIndex.from_frame(objects[list(axes)]))


LEAST = 5.0
"""Expected objects with which a bin has nearly a normal distribution."""


@dataclass(frozen=True)
class ClosureBin:
    """Objects of a selection that pass, counted and expected."""

    bin: str
    counted: float
    expected: float
    error: float
    """Of the difference: of the count, given the objects, and of the rates."""
    effective: float
    """Effective number of objects that are expected to pass."""

    def __add__(self, other: ClosureBin) -> ClosureBin:
        """Both together, the errors of their rates taken as independent."""
        return ClosureBin(
            f"{self.bin}, {other.bin}",
            self.counted + other.counted,
            self.expected + other.expected,
            float(np.hypot(self.error, other.error)),
            self.effective + other.effective,
        )

    @property
    def pull(self) -> float:
        """Difference over its error; 0 without objects."""
        return (self.counted - self.expected) / self.error if self.error > 0.0 else 0.0


@dataclass(frozen=True)
class Closure:
    """Whether the rates describe the objects that they are applied to."""

    total: ClosureBin
    axes: Mapping[str, Sequence[ClosureBin]]

    def p_value(self, axis: str) -> float:
        """Probability of a chi2 at least as large as that of the bins of an axis.

        A bin with fewer than :data:`LEAST` expected objects is taken together with the next.
        """
        pulls = [item.pull for item in _merged(self.axes[axis])]
        chi2 = sum(pull**2 for pull in pulls)
        return float(gammaincc(len(pulls) / 2.0, chi2 / 2.0)) if pulls else 1.0

    @property
    def uncertainty(self) -> float:
        """Relative uncertainty of the expectation: the difference or, if larger, its error."""
        difference = abs(self.total.counted - self.total.expected)
        size = max(difference, self.total.error)
        return min(size / self.total.expected, 1.0) if self.total.expected > 0.0 else 1.0

    def content(self) -> dict[str, Any]:
        """For a file."""
        return {
            "total": asdict(self.total),
            "uncertainty": self.uncertainty,
            "axes": {
                name: {"p_value": self.p_value(name), "bins": [asdict(item) for item in bins]}
                for name, bins in self.axes.items()
            },
        }


def _merged(bins: Sequence[ClosureBin]) -> list[ClosureBin]:
    """Neighbours together until each has enough; what is left at the end joins the one before."""
    found: list[ClosureBin] = []
    for item in bins:
        if found and found[-1].effective < LEAST:
            found[-1] = found[-1] + item
        else:
            found.append(item)
    if len(found) > 1 and found[-1].effective < LEAST:
        found[-2:] = [found[-2] + found[-1]]
    return found


def closure(objects: pd.DataFrame, axes: Sequence[str], rates: Rates, weight: Floats) -> Closure:
    """Counted and expected sums of weights of objects that pass, together and along each axis.

    Parameters
    ----------
    objects : a column an axis, and ``passed``
    weight : shape (n,)
    """
    passed = objects["passed"].to_numpy(dtype=np.float64)
    by_axis = {
        axis: [
            _closure_bin(str(name), passed, rates, weight, np.asarray(objects[axis] == name))
            for name in sorted(objects[axis].unique())
        ]
        for axis in axes
    }
    everything = np.ones(len(objects), dtype=bool)
    return Closure(_closure_bin("all", passed, rates, weight, everything), by_axis)


def _closure_bin(
    name: str, passed: Floats, rates: Rates, weight: Floats, inside: npt.NDArray[np.bool_]
) -> ClosureBin:
    w, rate = weight[inside], rates.rate[inside]
    _, cell = np.unique(rates.cell[inside], return_inverse=True)
    of_rates = np.bincount(cell, w * rates.error[inside])
    variance = np.sum(w**2 * rate * (1.0 - rate)) + np.sum(of_rates**2)
    expected, squares = np.sum(w * rate), np.sum(w**2 * rate)
    return ClosureBin(
        bin=name,
        counted=float(np.sum(w * passed[inside])),
        expected=float(expected),
        error=float(np.sqrt(variance)),
        effective=float(expected**2 / squares) if squares > 0.0 else 0.0,
    )
