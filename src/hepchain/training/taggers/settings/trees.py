"""Settings of boosted trees."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from hepchain.config.taggers import Share, TaggerSettings
from hepchain.config.types import Depth, Trees


class TreesConfig(TaggerSettings):
    """Boosted trees (XGBoost)."""

    kind: Literal["trees"]
    trees: Trees = Field(description="largest number of trees")
    depth: Depth = Field(description="largest depth of a tree")
    learning_rate: PositiveFloat = Field(description="shrinkage")
    patience: PositiveInt = Field(description="trees without a better validation loss")
    min_child_weight: NonNegativeFloat = Field(
        default=1.0, description="smallest sum of second derivatives in a leaf"
    )
    subsample: Share = Field(default=1.0, description="share of the tracks each tree sees")
    colsample: Share = Field(default=1.0, description="share of the variables each tree sees")
    l2: NonNegativeFloat = Field(default=1.0, description="L2 penalty on the values of leaves")


SETTINGS = TreesConfig
