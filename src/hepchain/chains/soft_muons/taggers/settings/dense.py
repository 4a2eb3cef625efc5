"""Settings of the network of the reference."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.config.taggers import Share, TaggerSettings
from hepchain.config.types import Nodes


class DenseConfig(TaggerSettings):
    """Dense layers, first normalised ones with dropout, then plain ones, and a sigmoid."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["soft_muons.dense"]
    normalised: list[Nodes] = Field(
        min_length=1, description="nodes of the layers with batch normalisation and dropout"
    )
    plain: list[Nodes] = Field(description="nodes of the layers behind them")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout behind each normalised layer")
    learning_rate: PositiveFloat = Field(description="of Adam, at the begin")
    rate_factor: Share = Field(description="on the learning rate where the loss stands still")
    rate_patience: PositiveInt = Field(
        description="epochs without a better validation loss until then"
    )
    batch_size: PositiveInt = Field(description="muons a step")
    epochs: PositiveInt = Field(le=100_000, description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")


SETTINGS = DenseConfig
