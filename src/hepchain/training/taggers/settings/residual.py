"""Settings of a residual network."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from hepchain.config.taggers import TaggerSettings
from hepchain.config.types import Nodes


class ResidualConfig(TaggerSettings):
    """A residual Keras network on piecewise-linear embeddings of its inputs."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["residual"]
    bins: NonNegativeInt = Field(
        le=1000, description="quantile bins of each input's embedding; 0: none"
    )
    width: Nodes = Field(description="nodes of each layer")
    blocks: PositiveInt = Field(le=100, description="residual blocks of two layers")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout in each block")
    learning_rate: PositiveFloat = Field(description="of AdamW, before its cosine decay")
    weight_decay: NonNegativeFloat = Field(description="of AdamW")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(
        le=100_000, description="largest number of epochs, the length of the decay"
    )
    patience: PositiveInt = Field(description="epochs without a better validation loss")


SETTINGS = ResidualConfig
