"""Block ``combination``: one score for all categories, and its working points."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from hepchain.config.base import Block
from hepchain.config.types import Distinct, MomentumEdges, Name, Named


class WorkingPointsConfig(Block):
    """Thresholds of a given fake rate."""

    sample: str = Field(description="sample whose background tracks are the denominator")
    denominator: str = Field(
        default="background tracks that pass the pre-selection",
        description="these tracks in words, for tables and captions",
    )
    fake_rate: float = Field(gt=0.0, lt=1.0, description="share of background tracks that pass")
    pt_edges: MomentumEdges = Field(description="bins of pT with a threshold of their own [GeV]")
    others: Named[float] = Field(
        default_factory=dict,
        description="name -> fake rate of a further working point, with one threshold for all pT",
    )

    @field_validator("others")
    @classmethod
    def _fake_rates(cls, value: dict[str, float]) -> dict[str, float]:
        if wrong := {name: rate for name, rate in value.items() if not 0.0 < rate < 1.0}:
            raise ValueError(f"{wrong}: a fake rate lies between 0 and 1")
        return value


class CombinationConfig(Block):
    """The combined score."""

    score: Literal["likelihood_ratio", "raw"] = Field(
        description="calibrated log likelihood ratio, or the classifier's own output"
    )
    kept: Distinct[Name] = Field(
        description="columns of the features that go with the scores, beside identity, category, "
        "label, fold, weight, pt and eta"
    )
    working_points: WorkingPointsConfig = Field(description="thresholds")
