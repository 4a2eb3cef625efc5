"""Block ``training``: taggers, their settings, the balance of the classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from hepchain.config.base import Block
from hepchain.config.types import Edges


class NetworkConfig(Block):
    """A dense Keras network."""

    kind: Literal["network"]
    hidden: list[PositiveInt] = Field(min_length=1, description="nodes of each hidden layer")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout after each hidden layer")
    learning_rate: PositiveFloat = Field(description="of Adam")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")


class TreesConfig(Block):
    """Boosted trees (XGBoost)."""

    kind: Literal["trees"]
    trees: PositiveInt = Field(description="largest number of trees")
    depth: PositiveInt = Field(description="largest depth of a tree")
    learning_rate: PositiveFloat = Field(description="shrinkage")
    patience: PositiveInt = Field(description="trees without a better validation loss")


TaggerConfig = Annotated[NetworkConfig | TreesConfig, Field(discriminator="kind")]


class BalanceConfig(Block):
    """Weights that give both classes the same flat spectrum in ln(pT) and |eta|."""

    pt_edges: Edges = Field(description="bins of pT [GeV]")
    abs_eta_edges: Edges = Field(description="bins of |eta|")
    max_weight_ratio: PositiveFloat = Field(
        description="largest weight over the class's mean weight; larger ones are cut off"
    )


class TrainingConfig(Block):
    """What is trained."""

    categories: list[str] = Field(min_length=1, description="categories of tracks")
    taggers: dict[str, TaggerConfig] = Field(min_length=1, description="name -> settings")
    validation_fraction: float = Field(
        gt=0.0, lt=1.0, description="share of the training events kept for early stopping"
    )
    min_tracks: PositiveInt = Field(description="fewest tracks of each class in each category")
    balance: BalanceConfig = Field(description="weights of the classes")
    gpu: NonNegativeInt = Field(description="GPUs of a training or scoring job")
