"""Blocks of what the scores are judged by."""

from __future__ import annotations

from typing import Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from hepchain.config.base import Block
from hepchain.config.types import AbsEtaEdges, Distinct, MomentumEdges, Name
from hepchain.trust import Trust


class TightConfig(Block):
    """Cut-based selection; its maps are not public, and derived by a scan."""

    pt_edges: MomentumEdges = Field(description="bins of pT of the maps [GeV]")
    abs_eta_edges: AbsEtaEdges = Field(description="bins of |eta| of the maps")
    efficiency: list[float] = Field(
        min_length=1, description="share of muons of heavy flavour that is kept, a bin of pT each"
    )
    source: str = Field(description="where these shares are from")
    trust: Trust = Field(description="how far they can be trusted")
    two_cuts_below: PositiveFloat = Field(
        description="pT [GeV] below which q/p significance is cut on besides rho'"
    )
    max_reduced_chi2: PositiveFloat = Field(description="largest chi2/ndof of the combined track")
    max_q_over_p_significance: PositiveFloat = Field(description="largest of any muon")
    min_precision_layers: PositiveInt = Field(description="fewest precision layers")
    steps: int = Field(ge=2, le=1000, description="pairs of cuts that the scan tries in a bin")

    @model_validator(mode="after")
    def _one_efficiency_each(self) -> Self:
        if len(self.efficiency) != len(self.pt_edges) - 1:
            raise ValueError(
                f"efficiency: {len(self.pt_edges) - 1} values needed, one for each bin of "
                f"pt_edges, got {len(self.efficiency)}"
            )
        return self


class ResultsConfig(Block):
    """What is shown of the taggers."""

    tagger: Name = Field(description="the default one, best by area under the curve")
    network: Name = Field(description="network of the reference")
    reweighted: Distinct[Name] = Field(
        description="taggers trained with other spectra of pT, compared with `network`"
    )
    abs_eta_edges: AbsEtaEdges = Field(description="bins of |eta| where efficiencies are drawn")
    flat_pt: tuple[PositiveFloat, PositiveFloat] = Field(
        description="range of pT [GeV] in which the spread of the signal efficiency is taken"
    )
    replicas: PositiveInt = Field(le=10_000, description="replicas of the events, for errors")
    permutations: PositiveInt = Field(le=1000, description="repetitions for the importance")


class RealMuonsConfig(Block):
    """Reconstructed muons that the simulation is compared with."""

    source: str = Field(description="where they are from, and how they were selected")
    muons: list[dict[str, float | None]] = Field(
        min_length=2,
        description="of each its `pt` [GeV], `eta`, `origin` (as ATLAS' truth classifier) and "
        "inputs; null where it has none",
    )
