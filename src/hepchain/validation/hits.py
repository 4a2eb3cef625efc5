"""Hits of pions on their tracks against really reconstructed tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hepchain.config.loader import load_block
from hepchain.config.validation import ValidationConfig
from hepchain.validation.against_reconstruction import compare_all
from hepchain.validation.comparison import Comparison
from hepchain.validation.gun import PION, tracks_of
from hepchain.validation.quantities import HITS
from hepchain.validation.reconstructed import ReconstructedTracks

DIFFERENCES: Mapping[str, str] = {
    "number_of_trt_outliers": (
        "the simulation's outliers are the mean over all real tracks; but most are on the tracks "
        "(one in seven) whose extension was rejected, which have outliers only and count as tracks "
        "without TRT"
    ),
}
"""Quantity -> why it differs, where it is known."""


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Mean numbers of hits, holes, dead sensors; inputs ``gun`` and ``reconstructed``."""
    (reference,) = inputs["reconstructed"]
    return compare_all(
        tracks_of(inputs["gun"], PION),
        load_block(reference, ReconstructedTracks),
        HITS,
        "hits",
        config.tracks.hits_abs_eta,
        config.tracks.hits_tolerance,
        config.tracks.min_tracks,
        DIFFERENCES,
    )
