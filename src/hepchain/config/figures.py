"""Block ``figures``: looks only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, field_validator

from hepchain.config.base import Block
from hepchain.config.types import Edges

Format = Literal["pdf", "png", "svg"]


class FiguresConfig(Block):
    """How figures are written, and what is printed on them."""

    formats: list[Format] = Field(
        min_length=1, description="formats of each figure; png, which the report shows, among them"
    )
    label: str = Field(description="text printed above each figure")
    energy: PositiveFloat = Field(description="centre-of-mass energy printed on each figure [TeV]")
    pt_edges: Edges = Field(description="bins of pT where efficiencies are drawn [GeV]")
    titles: dict[str, str] = Field(
        default_factory=dict, description="sample or tagger -> name in legends and tables"
    )

    @field_validator("formats")
    @classmethod
    def _png_for_the_report(cls, value: list[Format]) -> list[Format]:
        if "png" not in value:
            raise ValueError(f"png must be among the formats, the report shows it: {value}")
        return value
