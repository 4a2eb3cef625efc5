"""Blocks ``events`` and ``jets``: what is generated or read, and which jets are found in it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from hepchain.chains.dijets.config.response import DetectorConfig
from hepchain.config.base import Block
from hepchain.config.types import (
    AbsEta,
    Distance,
    Distinct,
    Events,
    MomentumEdges,
    Named,
    Parts,
    PositiveMomentum,
)


class Masses(Block):
    """Of a resonance A that decays to B and C, each to two quarks."""

    a: PositiveMomentum = Field(description="mass of A [GeV]")
    b: PositiveMomentum = Field(description="mass of B [GeV]")
    c: PositiveMomentum = Field(description="mass of C [GeV]")

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.b + self.c >= self.a:
            raise ValueError(f"A ({self.a:g} GeV) is lighter than B and C together")
        return self


class EventSample(Block):
    """Events that are generated (``process``) or read (``files``)."""

    process: Literal["qcd", "resonance"] | None = Field(
        default=None, description="process to generate: `qcd`, or `resonance` of these `masses`"
    )
    masses: Masses | None = Field(default=None, description="of a resonance")
    pthat: MomentumEdges | None = Field(
        default=None,
        description="edges of the slices of QCD in the transverse momentum of the hard process "
        "[GeV]; each slice has `parts` jobs, and its cross-section in the weights of its events",
    )
    parts: Parts = Field(default=1, description="jobs that generate, of each slice")
    events: Events = Field(default=1000, description="events of each of these jobs")
    settings: dict[str, str | int | float] = Field(
        default_factory=dict,
        description="further settings of Pythia: another tune, another shower",
    )
    files: Distinct[str] | None = Field(
        default=None, description="files of the LHC Olympics format (HDF5), a job each"
    )
    labelled: bool = Field(
        default=False, description="whether the last column of `files` is the truth"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.process is None) == (self.files is None):
            raise ValueError("give either `process` (to generate) or `files` (to read)")
        for key, process in (("masses", "resonance"), ("pthat", "qcd")):
            if (getattr(self, key) is not None) != (self.process == process):
                raise ValueError(f"`{key}` is for the process `{process}`, which needs it")
        if self.labelled and self.files is None:
            raise ValueError("`labelled` is for `files`")
        return self

    @property
    def slices(self) -> int:
        """Number of slices that are generated apart."""
        return 1 if self.pthat is None else len(self.pthat) - 1

    @property
    def all_parts(self) -> int:
        """Number of jobs."""
        return self.slices * self.parts if self.files is None else len(self.files)


class EventsConfig(Block):
    """Events of the chain."""

    response: DetectorConfig = Field(description="parameters of the detector, or their file")
    samples: Named[EventSample] = Field(min_length=1, description="name -> sample")


class JetsConfig(Block):
    """Large-radius jets, and which events are kept."""

    radius: Distance = Field(description="radius of the anti-kt jets")
    min_leading_pt: PositiveMomentum = Field(description="least pT of the first jet [GeV]")
    min_pt: PositiveMomentum = Field(description="least pT of the second jet [GeV]")
    max_abs_eta: AbsEta = Field(description="of both jets")
    beta: float = Field(ge=1.0, le=2.0, description="power of the distances in the subjettiness")
