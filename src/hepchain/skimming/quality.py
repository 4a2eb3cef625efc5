"""Track quality working points from hit counts.

As ATLAS' InDetTrackSelectionTool, cut levels Loose and TightPrimary
(InnerDetector/InDetRecTools/InDetTrackSelectionTool/Root/InDetTrackSelectionTool.cxx).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
import numpy.typing as npt

MAX_ABS_ETA = 2.5
MIN_HITS = {"loose": 7, "tight_primary": 9}
MIN_HITS_FORWARD = 11
FORWARD_ABS_ETA = 1.65
MAX_HOLES = 2
MAX_PIXEL_HOLES = {"loose": 1, "tight_primary": 0}
MAX_SHARED_MODULES = 1

NEEDED = (
    "eta",
    "number_of_pixel_hits",
    "number_of_pixel_dead_sensors",
    "number_of_pixel_holes",
    "number_of_pixel_shared_hits",
    "number_of_sct_hits",
    "number_of_sct_dead_sensors",
    "number_of_sct_holes",
    "number_of_sct_shared_hits",
    "number_of_innermost_pixel_layer_hits",
)
"""Variables without which no working point can be judged."""

ASSUMED = {
    "number_of_next_to_innermost_pixel_layer_hits": 0.0,
    "expect_innermost_pixel_layer_hit": 1.0,
    "expect_next_to_innermost_pixel_layer_hit": 1.0,
}
"""Values that stand in for unknown ones: a track that passes with them is tight in any case."""


class Quality(IntEnum):
    """Best working point a track passes."""

    NONE = 0
    LOOSE = 1
    TIGHT_PRIMARY = 2


def quality(variables: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.int8]:
    """Best working point of each track.

    Parameters
    ----------
    variables : name -> shape (n,), those of ``NEEDED``, which are finite, and of ``ASSUMED``, where
        NaN means not known

    Returns
    -------
    shape (n,), values of :class:`Quality`
    """
    loose = _loose(variables)
    return loose.astype(np.int8) + (loose & _tight(variables))


def _silicon_hits(variables: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Pixel and SCT hits; a dead sensor that was crossed counts as a hit."""
    return (
        variables["number_of_pixel_hits"]
        + variables["number_of_pixel_dead_sensors"]
        + variables["number_of_sct_hits"]
        + variables["number_of_sct_dead_sensors"]
    )


def _loose(variables: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.bool_]:
    pixel_holes = variables["number_of_pixel_holes"]
    # A shared module is one shared pixel hit or two shared SCT hits.
    shared = variables["number_of_pixel_shared_hits"] + np.floor(
        variables["number_of_sct_shared_hits"] / 2
    )
    return (
        (np.abs(variables["eta"]) < MAX_ABS_ETA)
        & (_silicon_hits(variables) >= MIN_HITS["loose"])
        & (shared <= MAX_SHARED_MODULES)
        & (pixel_holes + variables["number_of_sct_holes"] <= MAX_HOLES)
        & (pixel_holes <= MAX_PIXEL_HOLES["loose"])
    )


def _tight(variables: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.bool_]:
    """What tight primary asks for beyond loose."""
    forward = np.abs(variables["eta"]) > FORWARD_ABS_ETA
    min_hits = np.where(forward, MIN_HITS_FORWARD, MIN_HITS["tight_primary"])
    return (
        (_silicon_hits(variables) >= min_hits)
        & (variables["number_of_pixel_holes"] <= MAX_PIXEL_HOLES["tight_primary"])
        & (_inner_hits(variables) >= 1)
    )


def _inner_hits(variables: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Hits in the two innermost layers; a layer in which none is expected counts as hit."""
    total = np.zeros_like(variables["eta"])
    for layer in ("innermost", "next_to_innermost"):
        hits = _or_assumed(variables, f"number_of_{layer}_pixel_layer_hits")
        expected = _or_assumed(variables, f"expect_{layer}_pixel_layer_hit")
        total = total + np.maximum(hits, expected == 0)
    return total


def _or_assumed(
    variables: Mapping[str, npt.NDArray[np.float32]], name: str
) -> npt.NDArray[np.float32]:
    values = variables[name]
    if name not in ASSUMED:
        return values
    return np.where(np.isnan(values), np.float32(ASSUMED[name]), values)
