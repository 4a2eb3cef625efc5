"""Block of the calibration with the momentum of muons across the axis of their jet."""

from __future__ import annotations

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.config.base import Block
from hepchain.config.types import MomentumEdges, Named


class TemplateVariation(Block):
    """How templates differ from the simulation; all factors are 1 if not given."""

    charm: PositiveFloat = Field(default=1.0, description="factor on muons of charm hadrons")
    kaon: PositiveFloat = Field(default=1.0, description="factor on muons of kaons")
    signal_pt_rel: PositiveFloat = Field(
        default=1.0, description="factor on pTrel of muons of heavy flavour"
    )
    background_pt_rel: PositiveFloat = Field(
        default=1.0, description="factor on pTrel of muons of pions and kaons"
    )


class PtRelConfig(Block):
    """Fit of templates of pTrel to muons that pass a selection, and to those that do not."""

    pt_edges: MomentumEdges = Field(description="bins of pT [GeV] that are fitted apart")
    bins: PositiveInt = Field(le=200, description="of pTrel")
    max_pt_rel: PositiveFloat = Field(description="GeV; the last bin has what lies beyond")
    splits: PositiveInt = Field(
        le=1000, description="random halves of the events, of which one is fitted with the other"
    )
    min_muons: PositiveInt = Field(
        description="fewest effective muons of either class that pass, and that do not, for a fit"
    )
    variations: Named[TemplateVariation] = Field(
        default_factory=dict, description="systematic uncertainty -> how templates differ"
    )
