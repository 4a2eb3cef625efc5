"""Quantities of tracks that the simulation and real reconstruction both have.

Real and simulated tracks are brought to the same columns (names of the input variables, GeV and
mm), so that both go through the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from hepchain.validation.comparison import FloatArray
from hepchain.validation.summaries import NOTHING, Estimate, Summary, mean_count, median, share

TrackColumns = Mapping[str, FloatArray]
"""Column -> values, shape (tracks,)."""

COLUMNS = (
    "pt",
    "eta",
    "q_over_p",
    "d0_error",
    "z0_error",
    "phi_error",
    "theta_error",
    "q_over_p_error",
    "chi_squared",
    "number_dof",
    "number_of_innermost_pixel_layer_hits",
    "number_of_pixel_hits",
    "number_of_pixel_holes",
    "number_of_pixel_dead_sensors",
    "number_of_pixel_shared_hits",
    "number_of_sct_hits",
    "number_of_sct_holes",
    "number_of_sct_dead_sensors",
    "number_of_sct_shared_hits",
    "number_of_trt_hits",
    "number_of_trt_outliers",
)
"""What the quantities are made of. Tracks without TRT hits have zero or NaN in the last two."""


@dataclass(frozen=True)
class TrackQuantity:
    """A number that sums up the tracks of a bin.

    ``values`` are NaN for tracks it is not defined for. ``tolerance`` is absolute, where a relative
    one makes no sense, as for numbers far below one.
    """

    name: str
    title: str
    unit: str
    values: Callable[[TrackColumns], FloatArray]
    summary: Summary
    tolerance: float | None = None

    def estimate(self, columns: TrackColumns, weight: FloatArray) -> Estimate:
        """Summary of weighted tracks; NaN if there are too few."""
        values = self.values(columns)
        known = np.isfinite(values)
        return self.summary(values[known], weight[known]) if known.any() else NOTHING


def _relative_momentum_error(columns: TrackColumns) -> FloatArray:
    return columns["q_over_p_error"] / np.abs(columns["q_over_p"])


def _chi2_per_degree(columns: TrackColumns) -> FloatArray:
    return columns["chi_squared"] / columns["number_dof"]


def _has_trt(columns: TrackColumns) -> npt.NDArray[np.bool_]:
    return columns["number_of_trt_hits"] > 0.0


def _with_trt(columns: TrackColumns) -> FloatArray:
    return _has_trt(columns).astype(np.float64)


def _of_trt(name: str) -> Callable[[TrackColumns], FloatArray]:
    return lambda columns: np.where(_has_trt(columns), columns[name], np.nan)


RARE = 0.03
"""Tolerance of mean numbers far below one: three tracks in a hundred."""
SHARE = 0.05
"""Tolerance of shares: five tracks in a hundred."""

ERRORS = (
    TrackQuantity("d0_error", "error of d0", "mm", itemgetter("d0_error"), median),
    TrackQuantity("z0_error", "error of z0", "mm", itemgetter("z0_error"), median),
    TrackQuantity("phi_error", "error of phi", "rad", itemgetter("phi_error"), median),
    TrackQuantity("theta_error", "error of theta", "rad", itemgetter("theta_error"), median),
    TrackQuantity(
        "q_over_p_relative_error", "relative error of q/p", "1", _relative_momentum_error, median
    ),
    TrackQuantity("chi2_per_dof", "chi2 per degree of freedom", "1", _chi2_per_degree, median),
)
"""Medians of track-fit errors and quality."""


def _hits(name: str, title: str, tolerance: float | None = None) -> TrackQuantity:
    return TrackQuantity(name, title, "1", itemgetter(name), mean_count, tolerance)


HITS = (
    _hits("number_of_innermost_pixel_layer_hits", "hits in the innermost pixel layer"),
    _hits("number_of_pixel_hits", "pixel hits"),
    _hits("number_of_pixel_holes", "pixel holes", RARE),
    _hits("number_of_pixel_dead_sensors", "dead pixel sensors", RARE),
    _hits("number_of_pixel_shared_hits", "shared pixel hits", RARE),
    _hits("number_of_sct_hits", "SCT hits"),
    _hits("number_of_sct_holes", "SCT holes", RARE),
    _hits("number_of_sct_dead_sensors", "dead SCT sensors", RARE),
    _hits("number_of_sct_shared_hits", "shared SCT hits", RARE),
    TrackQuantity("trt_share", "share of tracks with TRT hits", "1", _with_trt, share, SHARE),
    TrackQuantity(
        "number_of_trt_hits",
        "TRT hits of tracks with any",
        "1",
        _of_trt("number_of_trt_hits"),
        mean_count,
    ),
    TrackQuantity(
        "number_of_trt_outliers",
        "TRT outliers of tracks with TRT hits",
        "1",
        _of_trt("number_of_trt_outliers"),
        mean_count,
        SHARE,
    ),
)
"""Mean numbers of hits and the share of tracks with TRT."""


def select(columns: TrackColumns, keep: npt.NDArray[np.bool_]) -> dict[str, FloatArray]:
    """The tracks to keep."""
    return {name: values[keep] for name, values in columns.items()}


def in_bin(
    columns: TrackColumns, pt: tuple[float, float], abs_eta: tuple[float, float]
) -> npt.NDArray[np.bool_]:
    """Tracks with low <= pT < high [GeV] and low <= abs(eta) < high."""
    eta = np.abs(columns["eta"])
    inside: npt.NDArray[np.bool_] = (columns["pt"] >= pt[0]) & (columns["pt"] < pt[1])
    return inside & (eta >= abs_eta[0]) & (eta < abs_eta[1])


def by_name(quantities: Iterable[TrackQuantity]) -> dict[str, TrackQuantity]:
    """Name -> quantity."""
    return {quantity.name: quantity for quantity in quantities}
