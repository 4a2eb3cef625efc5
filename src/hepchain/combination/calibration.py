"""From raw scores to log likelihood ratios that mean the same in every category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import FiniteFloat, PositiveFloat, TypeAdapter

from hepchain.errors import InputError
from hepchain.io import read_json

Float = npt.NDArray[np.float64]

SMALLEST = 1e-12
"""Raw scores are raised to it ..."""
LARGEST = 1.0 - 2.0**-25
"""... and lowered to it, the middle between 1 and the float32 below: no two scores become equal."""
NEVER = -1000.0
"""Log likelihood ratio of tracks of a category without a calibration: they never pass."""


@dataclass(frozen=True)
class CategoryCalibration:
    """Calibration of one category; slopes are positive.

    log p(raw | signal) / p(raw | background) = ``low`` ln(raw) - ``high`` ln(1 - raw) + ``offset``.
    """

    low: PositiveFloat
    high: PositiveFloat
    offset: FiniteFloat
    log_share_ratio: FiniteFloat
    """log P(category | signal) / P(category | background) at equal spectra."""

    def log_likelihood_ratio(self, raw: npt.ArrayLike) -> Float:
        """Log likelihood ratio of score and category, strictly rising in ``raw``."""
        low, high = logarithms(raw)
        return self.low * low + self.high * high + self.offset + self.log_share_ratio


@dataclass(frozen=True)
class Calibration:
    """Calibration of all categories of one tagger."""

    categories: Mapping[str, CategoryCalibration]

    def log_likelihood_ratio(self, raw: npt.ArrayLike, category: npt.ArrayLike) -> Float:
        """Log likelihood ratio of each track, :data:`NEVER` in categories without calibration.

        Parameters
        ----------
        raw : shape (n,)
        category : shape (n,), names
        """
        raw, category = np.asarray(raw), np.asarray(category)
        result = np.full(len(raw), NEVER)
        for name, calibration in self.categories.items():
            mask = category == name
            result[mask] = calibration.log_likelihood_ratio(raw[mask])
        return result

    def of(self, category: str) -> CategoryCalibration:
        """Calibration of a category.

        Raises
        ------
        InputError : there is none
        """
        if category not in self.categories:
            raise InputError(
                f"no calibration of category {category}, only of {', '.join(self.categories)}; "
                "remove calibration.json and rerun"
            )
        return self.categories[category]

    @classmethod
    def read(cls, path: str | Path) -> Calibration:
        """Read ``calibration.json``.

        Raises
        ------
        InputError : the file is missing or not a calibration
        """
        try:
            return cls(CALIBRATIONS.validate_python(read_json(path)["categories"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: not a calibration ({error!r}); remove it and rerun"
            ) from error


CALIBRATIONS = TypeAdapter(dict[str, CategoryCalibration])


def logarithms(raw: npt.ArrayLike) -> tuple[Float, Float]:
    """ln(raw) and -ln(1 - raw), in double precision."""
    clipped = np.clip(np.asarray(raw, dtype=np.float64), SMALLEST, LARGEST)
    return np.log(clipped), -np.log1p(-clipped)
