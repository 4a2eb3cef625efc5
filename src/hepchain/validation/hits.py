"""Hits of pions on their tracks against really reconstructed tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hepchain.config.loader import load_block
from hepchain.config.validation import ValidationConfig
from hepchain.validation.against_reconstruction import compare_all, tracks_of
from hepchain.validation.comparison import Comparison
from hepchain.validation.quantities import HITS
from hepchain.validation.reconstructed import ReconstructedTracks


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Mean numbers of hits, holes, dead sensors; inputs ``gun`` and ``reconstructed``."""
    (reference,) = inputs["reconstructed"]
    return compare_all(
        tracks_of(inputs["gun"], "pion"),
        load_block(reference, ReconstructedTracks),
        HITS,
        "hits",
        config.tracks.hits_abs_eta,
        config.tracks.hits_tolerance,
        config.tracks.min_tracks,
    )
