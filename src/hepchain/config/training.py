"""Block ``training``: taggers, their settings, the balance of the classes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, TypeAdapter

from hepchain.config.base import Block
from hepchain.config.types import Edges


class NetworkConfig(Block):
    """A dense Keras network."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["network"]
    hidden: list[PositiveInt] = Field(min_length=1, description="nodes of each hidden layer")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout after each hidden layer")
    learning_rate: PositiveFloat = Field(description="of Adam")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")


class TreesConfig(Block):
    """Boosted trees (XGBoost)."""

    uses_gpu: ClassVar[bool] = False
    kind: Literal["trees"]
    trees: PositiveInt = Field(description="largest number of trees")
    depth: PositiveInt = Field(description="largest depth of a tree")
    learning_rate: PositiveFloat = Field(description="shrinkage")
    patience: PositiveInt = Field(description="trees without a better validation loss")


TaggerSettings = NetworkConfig | TreesConfig
"""Settings of any kind of tagger. A new kind joins here."""

TaggerConfig = Annotated[TaggerSettings, Field(discriminator="kind")]


def tagger_settings(content: Any) -> TaggerSettings:
    """Settings of a tagger from their mapping, by its ``kind``."""
    adapter: TypeAdapter[TaggerSettings] = TypeAdapter(TaggerConfig)
    return adapter.validate_python(content)


class BalanceConfig(Block):
    """Weights that give both classes the same flat spectrum in ln(pT) and |eta|."""

    pt_edges: Edges = Field(description="bins of pT [GeV]")
    abs_eta_edges: Edges = Field(description="bins of |eta|")
    max_weight_ratio: PositiveFloat = Field(
        description="largest weight over the class's mean weight; larger ones are cut off"
    )


class TrainingTracksConfig(Block):
    """Which tracks a model learns from, and with which weights."""

    validation_fraction: float = Field(
        gt=0.0, lt=1.0, description="share of the training events kept for early stopping"
    )
    min_tracks: PositiveInt = Field(description="fewest tracks of each class in each category")
    max_tracks: PositiveInt = Field(
        default=2_000_000,
        description="most tracks of each class a model learns from; limits the memory of a job",
    )
    balance: BalanceConfig = Field(description="weights of the classes")


class TrainingConfig(TrainingTracksConfig):
    """What is trained."""

    categories: list[str] = Field(min_length=1, description="categories of tracks")
    taggers: dict[str, TaggerConfig] = Field(min_length=1, description="name -> settings")
    gpu: NonNegativeInt = Field(description="GPUs of a job that trains a network")
