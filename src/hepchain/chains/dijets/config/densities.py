"""Block ``densities``: flows, and the methods that are made of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from hepchain.chains.dijets.config.methods import Classifier, Feature, Folds
from hepchain.config.base import Block
from hepchain.config.types import Bins, Distinct, Named, Nodes


class FlowSettings(Block):
    """An autoregressive flow."""

    kind: Literal["affine", "spline"] = Field(
        description="function of each feature: `affine` as in MAF, or a rational-quadratic `spline`"
    )
    blocks: PositiveInt = Field(le=100, description="turns, each with a network")
    hidden: list[Nodes] = Field(min_length=1, description="nodes of the layers of a network")
    bins: Bins = Field(default=8, description="of a spline")
    learning_rate: float = Field(gt=0.0, le=1.0, description="of Adam")
    batch_size: PositiveInt = Field(description="events of a step")
    epochs: PositiveInt = Field(description="all of them are made; the best is kept")


class DensitiesConfig(Block):
    """Densities of the window and of its side bands: ANODE, and CATHODE on samples of these."""

    features: Distinct[Feature] = Field(min_length=1, description="whose density is estimated")
    flows: Named[FlowSettings] = Field(min_length=1, description="name -> flow")
    seeds: PositiveInt = Field(
        le=1000, description="fits of each flow, whose densities are averaged"
    )
    samples: float = Field(
        gt=0.0,
        le=100.0,
        description="background events that CATHODE draws, over those of the window",
    )
    classifier: Classifier = Field(description="of CATHODE")
    members: Folds = Field(description="models of a fold of CATHODE")
