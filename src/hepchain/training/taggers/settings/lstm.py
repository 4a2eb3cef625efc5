"""Settings of a recurrent network."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.config.taggers import TaggerSettings
from hepchain.config.types import Nodes


class LstmConfig(TaggerSettings):
    """A recurrent Keras network that reads the inputs one after the other."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["lstm"]
    units: Nodes = Field(description="numbers that it keeps from input to input")
    hidden: list[Nodes] = Field(description="nodes of the dense layers behind it")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout behind each of them")
    learning_rate: PositiveFloat = Field(description="of Adam")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(le=100_000, description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")


SETTINGS = LstmConfig
