"""Block ``validation``: what the simulation is compared with, and how closely."""

from __future__ import annotations

from pydantic import Field, PositiveFloat

from hepchain.config.base import Block
from hepchain.config.types import AbsEtaRange


class TrackValidation(Block):
    """Tracks of pions against really reconstructed ones."""

    reference: str = Field(description="file with the summaries of the real tracks")
    error_abs_eta: list[AbsEtaRange] = Field(
        min_length=1, description="ranges of abs(eta) for track errors, of those in the reference"
    )
    hits_abs_eta: list[AbsEtaRange] = Field(
        min_length=1, description="ranges of abs(eta) for hits, of those in the reference"
    )
    error_tolerance: PositiveFloat = Field(
        description="relative difference of track errors that counts as agreement"
    )
    hits_tolerance: PositiveFloat = Field(
        description="relative difference of mean numbers of hits that counts as agreement"
    )
    min_tracks: PositiveFloat = Field(
        description="effective number of tracks below which a bin stays empty"
    )


class ValidationConfig(Block):
    """The simulation against what is known of the real detector."""

    sample: str | None = Field(
        default=None,
        description="sample of single particles, of role validation; without it no groups that "
        "need it",
    )
    known: str = Field(
        description="folder of the files {group}.yaml: what is measured, and what is known of it"
    )
    tracks: TrackValidation = Field(description="track errors and hits")
    electrons: str = Field(description="file of a few real electrons of low momentum")
