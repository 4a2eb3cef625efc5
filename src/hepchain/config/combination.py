"""Block ``combination``: one score for all categories, and its working points."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeInt

from hepchain.config.base import Block
from hepchain.config.types import Edges


class WorkingPointsConfig(Block):
    """Thresholds of a given fake rate."""

    sample: str = Field(description="sample whose hadron tracks are the denominator")
    fake_rate: float = Field(gt=0.0, lt=1.0, description="share of hadron tracks that pass")
    pt_edges: Edges = Field(description="bins of pT with a threshold of their own [GeV]")


class CombinationConfig(Block):
    """The combined score."""

    score: Literal["likelihood_ratio", "raw"] = Field(
        description="calibrated log likelihood ratio, or the classifier's own output"
    )
    working_points: WorkingPointsConfig = Field(description="thresholds")
    gpu: NonNegativeInt = Field(default=0, description="GPUs of a job that scores with a network")
