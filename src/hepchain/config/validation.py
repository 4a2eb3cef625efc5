"""Block ``validation``: what the simulation is compared with, and how closely."""

from __future__ import annotations

from pydantic import Field, PositiveFloat

from hepchain.config.base import Block
from hepchain.config.types import Edges, Range


class TrackValidation(Block):
    """Tracks of hadrons against really reconstructed ones."""

    reference: str = Field(description="file of the real tracks' medians and means")
    pt_edges: Edges = Field(description="bins of pT [GeV], those of the reference")
    abs_eta: list[Range] = Field(
        min_length=1, description="ranges of the absolute pseudorapidity, those of the reference"
    )
    error_tolerance: PositiveFloat = Field(
        description="relative difference of the track errors that counts as agreement"
    )
    hits_tolerance: PositiveFloat = Field(
        description="relative difference of mean numbers of hits that counts as agreement"
    )
    min_tracks: PositiveFloat = Field(
        description="effective number of tracks below which a bin is left empty"
    )


class ValidationConfig(Block):
    """The simulation against what is known of the real detector."""

    sample: str = Field(description="sample of single particles, of role validation")
    tracks: TrackValidation = Field(description="track errors and hits")
