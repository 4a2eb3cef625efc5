"""Block ``selection``: the pseudo signal region."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.config.base import Block
from hepchain.config.types import (
    AbsEtaEdges,
    Azimuth,
    DistanceRange,
    Momentum,
    MomentumEdges,
    MomentumRange,
    PositiveMomentum,
)


class ElectronSelection(Block):
    """The standard electron."""

    max_pt: PositiveMomentum = Field(description="largest pT [GeV]")
    identification: Literal["lh_very_loose"] = Field(description="identification working point")


class CandidateIsolation(Block):
    """Isolation of the candidate track."""

    constituent_pt: PositiveMomentum = Field(
        description="smallest pT of a summed track [GeV]; one of skimming.isolation"
    )
    max_fraction: PositiveFloat = Field(description="largest cone sum over the track's pT")
    remove_partner_electron: bool = Field(
        description="take the standard electron's track out of the sum"
    )


class CandidateSelection(Block):
    """The track that makes a Z* candidate with the standard electron."""

    pt: MomentumRange = Field(description="transverse momentum [GeV]")
    isolation: CandidateIsolation = Field(description="cone sum")
    delta_r: DistanceRange = Field(description="distance to the electron in (eta, phi)")
    mass_veto: MomentumRange = Field(description="excluded m(track, e) [GeV], the J/psi")
    max_delta_d0: PositiveFloat = Field(description="largest |d0 difference| [mm]")
    max_delta_z0: PositiveFloat = Field(description="largest |z0 difference| [mm]")
    max_delta_phi_met: Azimuth = Field(description="largest azimuth to ETmiss [rad]")
    max_pt_sum_over_met: PositiveFloat = Field(description="largest (pT(track) + pT(e)) / ETmiss")


class TagRatesConfig(Block):
    """Probability of hadrons of the background to pass the tagger, measured outside the region."""

    pt_edges: MomentumEdges = Field(description="bins of the track's pT [GeV]")
    abs_eta_edges: AbsEtaEdges = Field(description="bins of its |eta|")
    min_tracks: PositiveInt = Field(
        description="effective tracks of a cell; one with fewer is merged with its neighbours"
    )


class SelectionConfig(Block):
    """Event and candidate selection."""

    tagger: str = Field(description="tagger applied to the candidates")
    working_point: Literal["overall", "per_pt_bin"] = Field(description="threshold used")
    electron: ElectronSelection = Field(description="standard electron, exactly one")
    met: Momentum = Field(description="smallest ETmiss [GeV]")
    leading_jet_pt: Momentum = Field(description="smallest pT of the leading jet [GeV]")
    candidate: CandidateSelection = Field(description="Z* candidate track")
    tag_rates: TagRatesConfig = Field(description="rates that take the place of a count")
