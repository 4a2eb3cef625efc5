"""Settings of a dense network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.config.taggers import TaggerSettings
from hepchain.config.types import Nodes


class NetworkConfig(TaggerSettings):
    """A dense Keras network."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["network"]
    hidden: list[Nodes] = Field(
        min_length=1, max_length=100, description="nodes of each hidden layer"
    )
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout after each hidden layer")
    learning_rate: PositiveFloat = Field(description="of Adam")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(le=100_000, description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")
    conditioned: bool = Field(
        default=False,
        description="pT scales and shifts each node of the hidden layers, besides being an input",
    )

    @property
    def of_pt(self) -> Mapping[str, bool]:
        """See the base."""
        return {**super().of_pt, "conditioned": self.conditioned}


SETTINGS = NetworkConfig
