"""Block ``figures``: looks only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, field_validator

from hepchain.config.base import Block
from hepchain.config.types import Distinct, MomentumEdges, Name, Title

Format = Literal["pdf", "png", "svg"]


class EfficiencyMark(Block):
    """A reading of an efficiency in another study."""

    pt: tuple[PositiveFloat, PositiveFloat] = Field(
        description="range [GeV]; a single pT if both are the same"
    )
    low: float = Field(ge=0.0, le=1.0, description="smallest efficiency")
    high: float | None = Field(
        ge=0.0, le=1.0, description="largest; null where only a lower bound is given"
    )


class ReferenceStudy(Block):
    """What another study has found, to draw beside ours."""

    category_shares: dict[Name, float] = Field(
        default_factory=dict, description="category -> its share among tracks of the signal"
    )
    category_shares_of: Name | None = Field(
        default=None, description="sample that these shares are of; of all samples if absent"
    )
    efficiency: list[EfficiencyMark] = Field(
        default_factory=list, description="readings, of all categories together"
    )


class FiguresConfig(Block):
    """How figures are written, and what is printed on them."""

    formats: Distinct[Format] = Field(
        min_length=1, description="formats of each figure; png, which the report shows, among them"
    )
    label: Title = Field(description="text printed above each figure")
    energy: PositiveFloat = Field(
        le=100.0, description="centre-of-mass energy printed on each figure [TeV]"
    )
    pt_edges: MomentumEdges = Field(description="bins of pT where efficiencies are drawn [GeV]")
    titles: dict[Name, Title] = Field(
        default_factory=dict,
        description="sample, tagger or variation -> name in legends and tables; `signal` and "
        "`background` of the taggers -> what these are, in the plural",
    )
    reference: ReferenceStudy = Field(
        default_factory=ReferenceStudy, description="another study, drawn beside ours"
    )

    @field_validator("formats")
    @classmethod
    def _png_for_the_report(cls, value: list[Format]) -> list[Format]:
        if "png" not in value:
            raise ValueError(f"png must be among the formats, the report shows it: {value}")
        return value
