"""Block ``studies``: what the inputs of the taggers are worth."""

from __future__ import annotations

from pydantic import Field, PositiveInt

from hepchain.config.base import Block
from hepchain.config.types import Distinct


class ShapleyConfig(Block):
    """What Shapley values of the inputs are computed from, in each category."""

    tracks: PositiveInt = Field(
        description="tracks of each category, all folds together, for taggers that give exact ones"
    )
    sampled_tracks: PositiveInt = Field(
        description="the same for all other taggers, whose values are estimated at some cost"
    )
    background: PositiveInt = Field(
        description="tracks that stand in for unknown inputs where values are estimated"
    )


class ImportanceConfig(ShapleyConfig):
    """Shapley values of the inputs, in each category."""

    shown: PositiveInt = Field(description="variables drawn in each category, controls apart")


class VariableScanConfig(Block):
    """Models with ever fewer variables."""

    numbers: Distinct[PositiveInt] = Field(
        min_length=1, description="numbers of variables; that of all of a category is added"
    )
    max_tracks: PositiveInt = Field(
        description="most tracks of each class on which a model is measured"
    )
    replicas: int = Field(
        ge=2, le=100_000, description="replicas of the events, for errors of differences"
    )


class LabelShuffleConfig(Block):
    """Models of labels without meaning."""

    shuffles: int = Field(
        ge=2, le=1000, description="permutations of the labels, each with its own models"
    )


class StudiesConfig(Block):
    """Studies of a tagger; importance is part of the default target, the others are not."""

    tagger: str = Field(description="tagger that is studied if none is named; no ensemble")
    importance: ImportanceConfig = Field(description="importance of the variables")
    variable_scan: VariableScanConfig = Field(description="how few variables suffice")
    label_shuffle: LabelShuffleConfig = Field(description="what shuffled labels teach")
