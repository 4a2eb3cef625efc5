"""The track of the inner detector: a least-squares fit to points with multiple scattering.

A hadron that decays leaves points on two arcs. The fit does not know: where all of them are near
one arc it takes all, else those of the longer piece, as a track finder would. Momentum, errors,
chi2 and the angles of scattering that the fit finds follow from the points alone.

In the transverse plane, relative to the arc of the first particle, a point at radius r is off by

    y(r) = d0 + phi r + kappa r^2 / 2,    kappa = 0.3 q B / pT

(Fruehwirth, Regler, Data Analysis Techniques for High-Energy Physics, ch. 3). Lengths in mm,
momenta in GeV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hepchain.chains.soft_muons.generation.candidates import Candidates
from hepchain.chains.soft_muons.generation.flight import path_to
from hepchain.chains.soft_muons.response.parameters import InnerParameters, MuonResponse
from hepchain.simulation.response.arrays import BoolArray, FloatArray
from hepchain.simulation.rows import Rows

GEV_PER_TESLA_MM = 0.299792458e-3
FAR = 1e4
"""Error of a point that is not on the track [mm]."""
TRACKS_AT_ONCE = 5_000


@dataclass(frozen=True)
class InnerTracks(Rows):
    """Tracks of the inner detector, shapes (n,)."""

    found: BoolArray
    pt: FloatArray
    charge: FloatArray
    phi_error: FloatArray
    phi_shift: FloatArray
    """Azimuth at the vertex, less that of the first particle."""
    theta: FloatArray
    theta_error: FloatArray
    relative_error: FloatArray
    """Of q/p."""
    chi2: FloatArray
    degrees_of_freedom: FloatArray
    scattering: FloatArray
    """Shape (n, planes): angle found at each layer over the width of scattering there, times the
    charge; from the inside out."""
    silicon_hits: FloatArray
    pixel_hits: FloatArray
    pixel_dead: FloatArray


@dataclass(frozen=True)
class _Points:
    """Points of some tracks, shape (n, points)."""

    radius: FloatArray
    error: FloatArray
    apart: FloatArray
    """Second arc, continued inwards, less the first."""
    after: BoolArray
    """Behind the decay."""

    @property
    def offset(self) -> FloatArray:
        """Of the particle from the first arc."""
        return np.where(self.after, self.apart, 0.0)


def radii(parameters: InnerParameters) -> FloatArray:
    """Nominal radius of each point, shape (points,)."""
    p = parameters
    return np.array([*p.pixel_radii.value, *p.strip_radii.value, *p.straw_radii.value])


def resolutions(parameters: InnerParameters) -> FloatArray:
    """Error of each point, shape (points,)."""
    p = parameters
    straw = p.straw_resolution.value / np.sqrt(p.straws_of_a_point.value)
    return np.repeat(
        [p.pixel_resolution.value, p.strip_resolution.value, straw],
        [len(p.pixel_radii.value), len(p.strip_radii.value), len(p.straw_radii.value)],
    )


def measure(muons: Candidates, response: MuonResponse, random: np.random.Generator) -> InnerTracks:
    """Tracks of the inner detector, one for each muon, found or not."""
    pieces = [
        _measure(
            muons.take(np.arange(begin, min(begin + TRACKS_AT_ONCE, len(muons.event)))),
            response,
            random,
        )
        for begin in range(0, max(len(muons.event), 1), TRACKS_AT_ONCE)
    ]
    return InnerTracks(
        **{
            name: np.concatenate([vars(piece)[name] for piece in pieces])
            for name in vars(pieces[0])
        }
    )


def _measure(muons: Candidates, response: MuonResponse, random: np.random.Generator) -> InnerTracks:
    p = response.inner
    points, true_curvature = _points(muons, response)
    on_track = _on_track(points, p)
    scatter, width = _scattering(muons, points, p, random)
    noise = random.normal(size=points.radius.shape) * points.error
    values = noise + scatter + points.offset
    fit = _fit(points, np.where(on_track, points.error, FAR), values, width)
    curvature = true_curvature + fit.parameters[:, 2]
    charge = np.sign(curvature)
    pt = GEV_PER_TESLA_MM * p.field.value / np.maximum(np.abs(curvature), 1e-9)
    return InnerTracks(
        pt=pt,
        charge=charge,
        phi_shift=fit.parameters[:, 1],
        phi_error=np.sqrt(fit.covariance[:, 1, 1]),
        relative_error=np.sqrt(fit.covariance[:, 2, 2]) / np.abs(curvature),
        scattering=charge[:, np.newaxis] * fit.angles / width[:, np.newaxis],
        **_theta(muons, points, p, width, random),
        **_hits(points, on_track, p, random),
        **_chi2(fit.chi2, on_track, p, random),
    )


def _points(muons: Candidates, response: MuonResponse) -> tuple[_Points, FloatArray]:
    """Points and the curvature of the first particle."""
    p, volume = response.inner, response.volume
    unit = GEV_PER_TESLA_MM * p.field.value
    parent_pt = np.hypot(muons.parent_px, muons.parent_py)
    sine = parent_pt / np.sqrt(parent_pt**2 + muons.parent_pz**2)
    exit_ = path_to(volume.inner_radius.value, volume.inner_z.value, sine) * sine
    nominal = radii(p)
    share = (nominal - nominal[0]) / (volume.inner_radius.value - nominal[0])
    radius = nominal[0] + share * np.maximum(exit_ - nominal[0], 1.0)[:, np.newaxis]
    # Pixels are where they are; what lies farther out is met as far as the track gets.
    pixels = len(p.pixel_radii.value)
    radius[:, :pixels] = nominal[:pixels]
    error = np.repeat(resolutions(p)[np.newaxis], len(sine), axis=0)
    forward = np.abs(np.arctanh(muons.parent_pz / (parent_pt / sine))) > p.straws_max_abs_eta.value
    straws = np.arange(len(nominal)) >= pixels + len(p.strip_radii.value)
    error[np.ix_(forward, straws)] = FAR
    begin = (muons.flight * sine)[:, np.newaxis]
    turn = np.arctan2(muons.py, muons.px) - np.arctan2(muons.parent_py, muons.parent_px)
    turn = ((turn + np.pi) % (2.0 * np.pi) - np.pi)[:, np.newaxis]
    first = muons.charge * unit / parent_pt
    bend = (muons.charge * unit / muons.pt - first)[:, np.newaxis]
    beyond = radius - begin
    apart = turn * beyond + 0.5 * bend * beyond**2
    return _Points(radius, error, apart, beyond > 0.0), first


def _silicon(points: _Points, p: InnerParameters) -> FloatArray:
    """Hits of silicon that each point stands for: strips are double layers; shape (points,)."""
    sizes = [len(p.pixel_radii.value), len(p.strip_radii.value), len(p.straw_radii.value)]
    return np.repeat([1.0, 2.0, 0.0], sizes)


def _on_track(points: _Points, p: InnerParameters) -> BoolArray:
    """Points of the longer piece, and those of the other that are within the window of its arc."""
    hits = _silicon(points, p)
    later = (hits * points.after).sum(axis=1) > 0.5 * hits.sum()
    own = points.after == later[:, np.newaxis]
    near = np.abs(points.apart) < p.window.value
    result: BoolArray = (points.error < FAR) & (own | near)
    return result


def _scattering(
    muons: Candidates, points: _Points, p: InnerParameters, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Displacement of each point by scattering, and the width of the angle at each point.

    Highland's formula (Particle Data Group, passage of particles, eq. 34.16) for the whole
    material, shared equally by the layers.
    """
    momentum = np.sqrt(muons.parent_px**2 + muons.parent_py**2 + muons.parent_pz**2)
    eta = np.arctanh(np.clip(muons.parent_pz / momentum, -0.9999999, 0.9999999))
    material = p.material(eta)
    total = highland(momentum, material)
    sine = np.hypot(muons.parent_px, muons.parent_py) / momentum
    width = total / np.sqrt(points.radius.shape[1]) / sine
    angles = random.normal(size=points.radius.shape) * width[:, np.newaxis]
    arms = _arms(points.radius)
    displacement: FloatArray = (arms @ angles[:, :, np.newaxis])[:, :, 0]
    return displacement, width


def highland(momentum: FloatArray, material: FloatArray) -> FloatArray:
    """Width of the angle of scattering in a plane [rad] of a muon, material in X0; shape (n,)."""
    return 0.0136 / momentum * np.sqrt(material) * (1.0 + 0.038 * np.log(material))


def _arms(radius: FloatArray) -> FloatArray:
    """Lever arm from layer k to point i, 0 if before it; shape (n, i, k)."""
    return np.maximum(radius[:, :, np.newaxis] - radius[:, np.newaxis, :], 0.0)


@dataclass(frozen=True)
class _Fit:
    parameters: FloatArray
    covariance: FloatArray
    chi2: FloatArray
    angles: FloatArray


def _fit(points: _Points, error: FloatArray, values: FloatArray, width: FloatArray) -> _Fit:
    """Generalised least squares: V = diag(error^2) + width^2 A A^T, A the lever arms."""
    arms = _arms(points.radius)
    spread = width[:, np.newaxis, np.newaxis] * arms
    variance = spread @ spread.transpose(0, 2, 1)
    diagonal = np.arange(error.shape[1])
    variance[:, diagonal, diagonal] += error**2
    inverse = np.linalg.inv(variance)
    design = np.stack([np.ones_like(points.radius), points.radius, 0.5 * points.radius**2], axis=2)
    weighted = inverse @ design
    covariance = np.linalg.inv(design.transpose(0, 2, 1) @ weighted)
    column = values[:, :, np.newaxis]
    parameters = covariance @ (weighted.transpose(0, 2, 1) @ column)
    residual = column - design @ parameters
    pull = inverse @ residual
    angles = width[:, np.newaxis] * (spread.transpose(0, 2, 1) @ pull)[:, :, 0]
    chi2 = (residual * pull).sum(axis=(1, 2))
    return _Fit(parameters[:, :, 0], covariance, chi2, angles)


def _theta(
    muons: Candidates,
    points: _Points,
    p: InnerParameters,
    width: FloatArray,
    random: np.random.Generator,
) -> dict[str, Any]:
    """Polar angle, measured by the first layers: of the muon if it decayed before them."""
    pixels = len(p.pixel_radii.value)
    of_muon = points.after[:, :pixels].sum(axis=1) > pixels / 2
    true = np.where(
        of_muon,
        np.arctan2(muons.pt, muons.pz),
        np.arctan2(np.hypot(muons.parent_px, muons.parent_py), muons.parent_pz),
    )
    error = np.hypot(p.theta_resolution.value, width * np.sin(true))
    return {"theta": true + error * random.normal(size=len(true)), "theta_error": error}


def _hits(
    points: _Points, on_track: BoolArray, p: InnerParameters, random: np.random.Generator
) -> dict[str, Any]:
    pixels = len(p.pixel_radii.value)
    shape = (len(on_track), pixels)
    dead = random.random(shape) < p.pixel_dead.value
    seen = ~dead & (random.random(shape) < p.pixel_efficiency.value) & on_track[:, :pixels]
    doubled = seen & (random.random(shape) < p.pixel_overlap.value)
    pixel_hits = (seen.sum(axis=1) + doubled.sum(axis=1)).astype(np.float64)
    strips = (_silicon(points, p) * on_track)[:, pixels:].sum(axis=1)
    silicon = pixel_hits + strips
    return {
        "found": silicon + dead.sum(axis=1) >= p.min_silicon_hits.value,
        "silicon_hits": silicon,
        "pixel_hits": pixel_hits,
        "pixel_dead": dead.sum(axis=1).astype(np.float64),
    }


def _chi2(
    of_points: FloatArray, on_track: BoolArray, p: InnerParameters, random: np.random.Generator
) -> dict[str, Any]:
    """chi2 of the points, and of what they do not resolve: straws, strips, coordinates along."""
    pixels, strips = len(p.pixel_radii.value), len(p.strip_radii.value)
    coordinates = np.repeat(
        [2.0, 2.0, p.straws_of_a_point.value], [pixels, strips, on_track.shape[1] - pixels - strips]
    )
    parameters = 5.0
    total = (coordinates * on_track).sum(axis=1)
    freedom = np.maximum(total - parameters, 1.0)
    rest = np.maximum(freedom - (on_track.sum(axis=1) - 3.0), 0.0)
    others = np.where(rest > 0, random.chisquare(np.maximum(rest, 1.0)), 0.0)
    return {"chi2": p.chi2_scale.value * (of_points + others), "degrees_of_freedom": freedom}
