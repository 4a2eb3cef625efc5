"""Settings of a transformer over the inputs."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from hepchain.config.taggers import TaggerSettings
from hepchain.config.types import Nodes


class TransformerConfig(TaggerSettings):
    """A transformer of which each input is a token, in Keras."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["transformer"]
    width: Nodes = Field(description="numbers that stand for an input; a multiple of `heads`")
    heads: PositiveInt = Field(le=100, description="heads of attention")
    blocks: PositiveInt = Field(le=100, description="blocks of attention and two dense layers")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout in each block")
    learning_rate: PositiveFloat = Field(description="of AdamW")
    weight_decay: NonNegativeFloat = Field(description="of AdamW")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(le=100_000, description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")

    @model_validator(mode="after")
    def _whole_heads(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width: {self.width} is no multiple of heads, {self.heads}")
        return self


SETTINGS = TransformerConfig
