"""Pseudo signal region with a Z* candidate: a standard electron and a soft track.

The requirements are those of the reference study (K. Sugizaki, ML@HEP 2022), which follows the
one-lepton-one-track region of ATLAS-SUSY-2018-16 (arXiv:1911.12606). Bounds are open: a value equal
to a bound fails. Everything here works on arrays; files are in :mod:`.files`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.config.skimming import Isolation
from hepchain.selection.cutflow import Cut, Tally
from hepchain.selection.kinematics import delta_phi, delta_r, pair_mass, sine_of_theta
from hepchain.selection.table import Column, Table

Mask = npt.NDArray[np.bool_]

TIGHT_PRIMARY = 2
"""Value of ``electron_track_quality`` of a track that is summed in isolation cones."""


@dataclass(frozen=True)
class Events(Table):
    """Events with exactly one standard electron: its kinematics, its track, the event's."""

    event_number: Column
    weight: Column
    weight_factors: Column
    """Shape (n, k): each varied weight over the nominal one."""
    met: Column
    met_phi: Column
    leading_jet_pt: Column
    electron_pt: Column
    electron_eta: Column
    electron_phi: Column
    electron_charge: Column
    electron_track_index: Column
    electron_track_pt: Column
    electron_track_eta: Column
    electron_track_phi: Column
    electron_track_d0: Column
    electron_track_z0: Column
    electron_track_quality: Column


@dataclass(frozen=True)
class Tracks(Table):
    """Tracks of the skim; ``cone_sum`` is the isolation sum of the configured threshold."""

    event_number: Column
    track_index: Column
    weight: Column
    charge: Column
    pt: Column
    eta: Column
    phi: Column
    d0: Column
    z0: Column
    cone_sum: Column
    truth_pdg_id: Column
    truth_origin: Column
    truth_is_pileup: Column


ELECTRON_COLUMNS = tuple(f.name for f in fields(Events) if f.name.startswith("electron_"))
"""Columns of the skim's events that hold one value an electron."""


IDENTIFICATIONS = {"lh_very_loose": "very loose likelihood"}
"""Working point of standard electrons -> its title."""


def skim_cut() -> Cut:
    """First line of the cut-flow: everything in the skim."""
    return Cut("skim", "all events of the skim")


def event_cuts(config: SelectionConfig) -> list[Cut]:
    """Requirements on the event, in the order of the cut-flow."""
    identification = IDENTIFICATIONS[config.electron.identification]
    return [
        Cut("one_electron", f"exactly one electron, {identification}"),
        Cut("electron_pt", f"pT(e) < {config.electron.max_pt:g} GeV"),
        Cut("met", f"ETmiss > {config.met:g} GeV"),
        Cut("leading_jet_pt", f"leading jet pT > {config.leading_jet_pt:g} GeV"),
    ]


def candidate_cuts(config: SelectionConfig) -> list[Cut]:
    """Requirements on the Z* candidate that do not depend on the mass point."""
    cut = config.candidate
    pt, distance = cut.pt, cut.delta_r
    return [
        Cut("track", f"track of opposite charge, {pt[0]:g} < pT < {pt[1]:g} GeV"),
        Cut("isolation", f"cone sum / pT(track) < {cut.isolation.max_fraction:g}"),
        Cut("delta_r", f"{distance[0]:g} < ΔR(track, e) < {distance[1]:g}"),
        Cut("delta_d0", f"|d0(track) - d0(e)| < {cut.max_delta_d0:g} mm"),
        Cut("delta_z0", f"|z0(track) - z0(e)| < {cut.max_delta_z0:g} mm"),
        Cut("delta_phi_met", f"|Δφ(track, ETmiss)| < {cut.max_delta_phi_met:g}"),
        Cut("pt_sum", f"(pT(track) + pT(e)) / ETmiss < {cut.max_pt_sum_over_met:g}"),
    ]


def final_cuts(config: SelectionConfig, splitting: float) -> list[Cut]:
    """Requirements on the candidate of a mass point, and the tagger."""
    veto = config.candidate.mass_veto
    return [
        Cut("mass_window", f"m(track, e) < {splitting:g} GeV"),
        Cut("mass_veto", f"m(track, e) not in {veto[0]:g} to {veto[1]:g} GeV"),
        Cut("tagger", "tagger"),
    ]


def mass_masks(mass: npt.ArrayLike, config: SelectionConfig, splitting: float) -> dict[str, Mask]:
    """Which candidates fulfil each requirement on the mass of a mass point, each on its own.

    The region of the point is what fulfils both; nothing after the selection looks at the bounds.

    Parameters
    ----------
    mass : shape (n,), m(track, e) [GeV]
    splitting : end point of m(ee) [GeV]
    """
    mass = np.asarray(mass, dtype=np.float64)
    low, high = config.candidate.mass_veto
    return {"mass_window": mass < splitting, "mass_veto": (mass < low) | (mass > high)}


def all_cuts(config: SelectionConfig, splitting: float) -> list[Cut]:
    """The whole cut-flow of a mass point, in order."""
    return [
        skim_cut(),
        *event_cuts(config),
        *candidate_cuts(config),
        *final_cuts(config, splitting),
    ]


def select_events(
    chunk: ak.Array, config: SelectionConfig, weight_factors: Sequence[str] = ()
) -> tuple[Events, dict[str, Tally]]:
    """Apply the requirements on the event.

    "Exactly one standard electron" means: one electron passes the identification, whatever its
    pT, and that one is below the largest pT. A second, harder one vetoes the event.

    Parameters
    ----------
    chunk : events of the skim, one entry an event
    weight_factors : columns of varied weights

    Returns
    -------
    the events that pass, and the tally after each cut
    """
    identified = chunk[f"electron_{config.electron.identification}"] == 1
    weight = np.asarray(chunk["weight"], dtype=np.float64)
    one = np.asarray(ak.sum(identified, axis=1) == 1)
    tallies = {"skim": Tally.of(weight), "one_electron": Tally.of(weight[one])}
    events = _flatten(chunk[one], identified[one], weight_factors)
    passed = cumulative(
        {
            "electron_pt": events.electron_pt < config.electron.max_pt,
            "met": events.met > config.met,
            "leading_jet_pt": events.leading_jet_pt > config.leading_jet_pt,
        }
    )
    tallies |= {name: Tally.of(events.weight[mask]) for name, mask in passed.items()}
    return events.take(passed["leading_jet_pt"]), tallies


def _flatten(chunk: ak.Array, identified: ak.Array, weight_factors: Sequence[str]) -> Events:
    """Events with the values of their one identified electron."""
    electron = {name: ak.to_numpy(ak.flatten(chunk[name][identified])) for name in ELECTRON_COLUMNS}
    factors = np.empty((len(chunk), len(weight_factors)))
    for row, name in enumerate(weight_factors):
        factors[:, row] = np.asarray(chunk[name])
    leading = ak.fill_none(ak.max(chunk["jet_pt"], axis=1), -np.inf)
    return Events(
        event_number=np.asarray(chunk["event_number"], dtype=np.int64),
        weight=np.asarray(chunk["weight"], dtype=np.float64),
        weight_factors=factors,
        met=np.asarray(chunk["met"]),
        met_phi=np.asarray(chunk["met_phi"]),
        leading_jet_pt=ak.to_numpy(leading).astype(np.float32),
        **electron,
    )


def candidate_masks(
    tracks: Tracks, events: Events, config: SelectionConfig, isolation: Isolation
) -> dict[str, Mask]:
    """Which pairs of track and event fulfil each requirement on the candidate, cut by cut.

    Parameters
    ----------
    tracks, events : row i of the one goes with row i of the other
    isolation : how the skim has made the cone sums

    Returns
    -------
    name of the cut -> shape (n,), in the order of :func:`candidate_cuts`, each on its own
    """
    cut = config.candidate
    distance = delta_r(tracks.eta, tracks.phi, events.electron_eta, events.electron_phi)
    azimuth = np.abs(delta_phi(tracks.phi, events.met_phi))
    cone_sum = isolation_sum(tracks, events, config, isolation)
    pt = np.asarray(tracks.pt, dtype=np.float64)
    return {
        "track": track_mask(tracks, events, config, same_sign=False),
        "isolation": cone_sum / pt < cut.isolation.max_fraction,
        "delta_r": (distance > cut.delta_r[0]) & (distance < cut.delta_r[1]),
        "delta_d0": _distance(tracks.d0, events.electron_track_d0) < cut.max_delta_d0,
        "delta_z0": _distance(tracks.z0, events.electron_track_z0) < cut.max_delta_z0,
        "delta_phi_met": azimuth < cut.max_delta_phi_met,
        "pt_sum": (pt + events.electron_pt) / events.met < cut.max_pt_sum_over_met,
    }


def track_mask(tracks: Tracks, events: Events, config: SelectionConfig, same_sign: bool) -> Mask:
    """Which pairs have a track of the pT of a candidate, and of opposite, or the same, charge."""
    product = tracks.charge * events.electron_charge
    pt = np.asarray(tracks.pt, dtype=np.float64)
    low, high = config.candidate.pt
    result: Mask = (
        ((product > 0) if same_sign else (product < 0))
        & (tracks.track_index != events.electron_track_index)
        & (pt > low)
        & (pt < high)
    )
    return result


def _distance(first: Column, second: Column) -> npt.NDArray[np.float64]:
    return np.abs(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64))


def isolation_sum(
    tracks: Tracks, events: Events, config: SelectionConfig, isolation: Isolation
) -> npt.NDArray[np.float64]:
    """Cone sum of each track [GeV], without the electron's own track if so configured.

    At dR(track, e) below the cone's radius the electron of the same Z* lies in the cone and would
    veto its partner. Its track is taken out where the skim has put it in: in the cone, of the
    quality and pT of a constituent, close enough in z0, and not above the sum.
    """
    cone_sum = np.asarray(tracks.cone_sum, dtype=np.float64)
    if not config.candidate.isolation.remove_partner_electron:
        return cone_sum
    partner = np.asarray(events.electron_track_pt, dtype=np.float64)
    distance = delta_r(tracks.eta, tracks.phi, events.electron_track_eta, events.electron_track_phi)
    separation = _distance(tracks.z0, events.electron_track_z0) * sine_of_theta(tracks.eta)
    summed = (
        (events.electron_track_quality == TIGHT_PRIMARY)
        & (partner >= config.candidate.isolation.constituent_pt)
        & (distance < isolation.cone)
        & (separation < isolation.max_z0_sin_theta)
        & (cone_sum > partner - 1e-3)
    )
    result: npt.NDArray[np.float64] = np.where(
        summed, np.maximum(cone_sum - partner, 0.0), cone_sum
    )
    return result


def candidate_mass(tracks: Tracks, events: Events) -> npt.NDArray[np.float64]:
    """m(track, e) of each pair [GeV], both with the electron's mass."""
    electron = (events.electron_pt, events.electron_eta, events.electron_phi)
    return pair_mass(tracks.pt, tracks.eta, tracks.phi, *electron)


def cumulative(masks: Mapping[str, Mask]) -> dict[str, Mask]:
    """Each mask and all before it."""
    return dict(zip(masks, np.logical_and.accumulate([*masks.values()]), strict=True))
