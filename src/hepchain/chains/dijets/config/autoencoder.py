"""Block ``autoencoder``: a variational autoencoder of the data at hand."""

from __future__ import annotations

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.chains.dijets.config.methods import Feature
from hepchain.config.base import Block
from hepchain.config.types import Distinct, Nodes


class AutoencoderConfig(Block):
    """Settings of the autoencoder."""

    features: Distinct[Feature] = Field(min_length=2, description="that it gives back")
    hidden: list[Nodes] = Field(
        min_length=1,
        description="nodes of the layers of the encoder; those of the decoder reversed",
    )
    latent: PositiveInt = Field(le=100, description="numbers between both")
    divergence: PositiveFloat = Field(
        le=1000.0, description="weight of their divergence from normal ones in the loss"
    )
    learning_rate: float = Field(gt=0.0, le=1.0, description="of Adam")
    batch_size: PositiveInt = Field(description="events of a step")
    epochs: PositiveInt = Field(description="all of them are made")
