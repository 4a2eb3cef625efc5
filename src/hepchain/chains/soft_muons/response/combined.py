"""Inner track and that of the spectrometer as one muon: what the taggers see of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_muons.generation.candidates import Candidates
from hepchain.chains.soft_muons.response import inner, spectrometer
from hepchain.chains.soft_muons.response.inner import InnerTracks
from hepchain.chains.soft_muons.response.parameters import CombinationParameters, MuonResponse
from hepchain.chains.soft_muons.response.spectrometer import OuterTracks
from hepchain.simulation.response.arrays import BoolArray, FloatArray

JOINED_AUTHOR, INSIDE_OUT_AUTHOR = 1.0, 6.0
"""xAOD::Muon::Author: MuidCo, both tracks fitted together; MuGirl, hits along the inner track."""
NOT_COMPUTED = -1.0
"""Segment distance of muons that are not found from the inside out."""
MATCHED = 3
"""q/p, theta, phi."""


@dataclass(frozen=True)
class Muons:
    """Reconstructed muons, columns of shape (n,), and which candidate each is."""

    index: npt.NDArray[np.int64]
    columns: dict[str, FloatArray]


def reconstruct(
    candidates: Candidates, response: MuonResponse, with_wheel: bool, random: np.random.Generator
) -> Muons:
    """Muons of quality Medium that pass the cuts on pT and eta.

    Parameters
    ----------
    with_wheel : whether the New Small Wheel is there (Run 3), and its inputs with it
    """
    tracks = inner.measure(candidates, response, random)
    outer = spectrometer.measure(candidates, response, with_wheel, random)
    found = tracks.found & outer.found
    index = np.arange(len(found))[found]
    tracks, outer, taken = tracks.take(found), outer.take(found), candidates.take(found)
    columns = _columns(taken, tracks, outer, response, random)
    kept = medium(columns, response.combination)
    return Muons(index[kept], {name: values[kept] for name, values in columns.items()})


def medium(columns: dict[str, FloatArray], p: CombinationParameters) -> BoolArray:
    """Quality Medium and the cuts on pT and eta, shape (n,)."""
    result: BoolArray = (
        (columns["q_over_p_significance"] < p.max_q_over_p_significance.value)
        & (columns["precision_layers"] >= p.min_precision_layers.value)
        & (columns["pt"] > p.muon_pt.value)
        & (np.abs(columns["eta"]) < p.max_abs_eta.value)
    )
    return result


@dataclass(frozen=True)
class _Match:
    """Differences of the two tracks, shapes (n,)."""

    q_over_p: FloatArray
    """Spectrometer less inner detector [1/GeV]."""
    q_over_p_error: FloatArray
    phi: FloatArray
    phi_error: FloatArray
    theta: FloatArray
    theta_error: FloatArray

    @property
    def chi2(self) -> FloatArray:
        """Of the three differences."""
        return (
            (self.q_over_p / self.q_over_p_error) ** 2
            + (self.phi / self.phi_error) ** 2
            + (self.theta / self.theta_error) ** 2
        )


def _match(candidates: Candidates, tracks: InnerTracks, outer: OuterTracks) -> _Match:
    inner_q_over_p = tracks.charge * np.sin(tracks.theta) / tracks.pt
    outer_q_over_p = candidates.charge / outer.momentum
    return _Match(
        outer_q_over_p - inner_q_over_p,
        np.hypot(inner_q_over_p * tracks.relative_error, outer_q_over_p * outer.relative_error),
        outer.phi_shift - tracks.phi_shift,
        np.hypot(tracks.phi_error, outer.angle_error / np.sin(tracks.theta)),
        outer.theta - tracks.theta,
        np.hypot(tracks.theta_error, outer.angle_error),
    )


def _columns(
    candidates: Candidates,
    tracks: InnerTracks,
    outer: OuterTracks,
    response: MuonResponse,
    random: np.random.Generator,
) -> dict[str, FloatArray]:
    p = response.combination
    match = _match(candidates, tracks, outer)
    inside_out = (match.chi2 > p.match_cut.value) | (
        random.random(len(tracks.pt)) < p.inside_out_share.value
    )
    outer_pt = outer.momentum * np.sin(outer.theta)
    pt = _combined(tracks.pt, tracks.relative_error, outer_pt, outer.relative_error)
    freedom = tracks.degrees_of_freedom + outer.degrees_of_freedom + MATCHED
    scattering = _with_calorimeter(tracks, match, outer)
    momentum_error = tracks.relative_error * tracks.pt / np.sin(tracks.theta)
    difference = tracks.pt / np.sin(tracks.theta) - outer.momentum
    total = np.hypot(momentum_error, outer.relative_error * outer.momentum)
    return {
        "pt": pt,
        "eta": np.arctanh(np.cos(tracks.theta)),
        "rho_prime": np.abs(tracks.pt - outer_pt) / pt,
        "q_over_p_significance": np.abs(match.q_over_p) / match.q_over_p_error,
        "momentum_balance_significance": difference * outer.loss_error / total**2,
        "reduced_chi2": (tracks.chi2 + outer.chi2 + match.chi2) / freedom,
        "reduced_chi2_id": tracks.chi2 / tracks.degrees_of_freedom,
        "reduced_chi2_me": outer.chi2 / outer.degrees_of_freedom,
        "scattering_curvature_significance": curvature_significance(scattering),
        "scattering_neighbour_significance": neighbour_significance(scattering),
        "segment_delta_eta": np.where(inside_out, match.theta / np.sin(tracks.theta), NOT_COMPUTED),
        "author": np.where(inside_out, INSIDE_OUT_AUTHOR, JOINED_AUTHOR),
        "spectrometer_field_integral": outer.field_integral,
        "number_of_pixel_hits": tracks.pixel_hits,
        "number_of_pixel_dead_sensors": tracks.pixel_dead,
        "precision_layers": outer.layers,
        **outer.hits,
    }


def _combined(
    first: FloatArray, first_error: FloatArray, second: FloatArray, second_error: FloatArray
) -> FloatArray:
    """Mean of two momenta, weighted by their errors; relative ones are given."""
    weights = (first * first_error) ** -2.0, (second * second_error) ** -2.0
    result: FloatArray = (weights[0] * first + weights[1] * second) / (weights[0] + weights[1])
    return result


def _with_calorimeter(tracks: InnerTracks, match: _Match, outer: OuterTracks) -> FloatArray:
    """Angles of scattering with that in the calorimeter behind the others, shape (n, planes + 1).

    The fit shares the difference of the azimuths between scattering and the errors of both tracks.
    """
    width = outer.angle_error / np.sin(tracks.theta)
    angle = match.phi * width / match.phi_error**2
    return np.concatenate([tracks.scattering, (tracks.charge * angle)[:, np.newaxis]], axis=1)


def curvature_significance(scattering: FloatArray) -> FloatArray:
    """How far momentum changes on the way: the largest difference of what is before and after.

    Of all places j along the track, the (S_before - S_after) / sqrt(planes) largest in absolute
    value; S are sums of angles over their widths times the charge (as athena,
    MuidCaloEnergyTools / MuonCombinedEvent scattering significances).

    Parameters
    ----------
    scattering : shape (n, planes), from the inside out
    """
    before = np.cumsum(scattering, axis=1)
    difference = (2.0 * before - before[:, -1:]) / np.sqrt(scattering.shape[1])
    return _largest(difference)


def neighbour_significance(scattering: FloatArray) -> FloatArray:
    """Largest sum of the angles of two neighbouring planes over sqrt 2, a kink; signed."""
    return _largest((scattering[:, 1:] + scattering[:, :-1]) / np.sqrt(2.0))


def _largest(values: FloatArray) -> FloatArray:
    """Entry of each row that is largest in absolute value."""
    chosen = np.argmax(np.abs(values), axis=1)[:, np.newaxis]
    result: FloatArray = np.take_along_axis(values, chosen, axis=1)[:, 0]
    return result
