"""Energy loss in the pixels: medians of each kind of particle, and the width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, FloatArray, Relation, categories
from hepchain.validation.reference import Quantity, Reference, arrays, in_windows, ratio, summarised
from hepchain.validation.single_particles import MASSES, Tracks, read_tracks
from hepchain.validation.summaries import Estimate, median, width

GROUP = "dedx"
VARIABLES = ("pixel_dedx", "number_of_used_hits_dedx")
HALF_WIDTH = 0.09
"""Window around a momentum, relative."""

ATHENA = "athena PixelConditionsData/src/PixeldEdxData.cxx"
ATHENA_CONSTANTS = (1400.99, 1.42481e6, 1.11148, 24897.9, 1.90363)
"""p0 to p4 for three clusters, data."""
PLATEAU = 1.12
"""Of the density effect, over a pion of 1 GeV; the code's formula has none."""
SLOW = 3.5
"""beta gamma below which the loss falls."""
MOMENTA = {
    "pion": (0.55, 1.0, 2.0, 3.0, 5.0),
    "kaon": (0.55, 0.7, 1.0, 2.0),
    "proton": (0.55, 0.7, 1.0, 1.5, 2.0),
    "electron": (0.55, 1.0, 2.0, 5.0),
}
"""GeV"""
SEPARATION_MOMENTA = (0.55, 1.0, 2.0, 3.0, 5.0)
WIDTHS = (0.171, 0.171, 0.134, 0.119)
"""Width of the logarithm with 1, 2, 3, and 4 or more clusters."""

DIFFERENCES = {
    "pion": (
        "the code's formula, measured with slow particles, knows no density effect and rises too "
        "fast from 1 GeV on, up to the plateau where it is cut off"
    ),
    "proton": (
        "clusters saturate at large losses, which the code's formula, fitted to data, contains and "
        "that of the PDG does not"
    ),
}
"""Kind of particle -> why it differs from the formula of the PDG."""

ELECTRON_MASS = 0.51099895
"""MeV"""
K_OVER_2 = 0.1535375
"""Half of 4 pi N_A r_e^2 m_e c^2 [MeV cm2 / mol]."""
Z_OVER_A = 14.0 / 28.0855
EXCITATION = 173.0e-6
"""Mean excitation energy of silicon [MeV]."""
DENSITY_EFFECT = {"c": 4.4351, "x0": 0.2014, "x1": 2.8715, "a": 0.14921, "k": 3.2546, "d0": 0.14}
"""Sternheimer, Berger and Seltzer, At. Data Nucl. Data Tables 30 (1984) 261, silicon."""
THICKNESS = 0.025 * 2.329
"""Of a pixel sensor, 250 um [g/cm2]."""


def density_correction(beta_gamma: FloatArray) -> FloatArray:
    """delta of the density effect in silicon (PDG, passage of particles, eq. 34.7)."""
    p = DENSITY_EFFECT
    x = np.log10(beta_gamma)
    high = 2.0 * np.log(10.0) * x - p["c"]
    middle = high + p["a"] * np.maximum(p["x1"] - x, 0.0) ** p["k"]
    low = p["d0"] * 10.0 ** (2.0 * (x - p["x0"]))
    return np.asarray(np.where(x < p["x0"], low, np.where(x < p["x1"], middle, high)))


def most_probable_loss(beta_gamma: FloatArray, thickness: float = THICKNESS) -> FloatArray:
    """Most probable energy loss in a silicon sensor [MeV], shape (n,).

    xi (ln(2 m beta^2 gamma^2 / I) + ln(xi / I) + 0.2 - beta^2 - delta) with
    xi = (K / 2) (Z / A) x / beta^2 (PDG, passage of particles, eq. 34.12).

    Parameters
    ----------
    thickness : [g/cm2]
    """
    beta2 = beta_gamma**2 / (1.0 + beta_gamma**2)
    xi = K_OVER_2 * Z_OVER_A * thickness / beta2
    logarithms = np.log(2.0 * ELECTRON_MASS * beta_gamma**2 / EXCITATION) + np.log(xi / EXCITATION)
    loss: FloatArray = xi * (logarithms + 0.2 - beta2 - density_correction(beta_gamma))
    return loss


def relative_loss(momentum: FloatArray, mass: float) -> FloatArray:
    """Most probable loss over that of a pion of 1 GeV."""
    pion = most_probable_loss(np.array([1.0 / MASSES["pion"]]))
    return np.asarray(most_probable_loss(momentum / mass) / pion)


def relative_loss_in_code(momentum: FloatArray, mass: float) -> FloatArray:
    """Loss by the formula of the code over that of a pion of 1 GeV, cut off at the plateau.

    p0 / beta^p2 ln(1 + (p1 beta gamma)^p4) - p3.
    """

    def formula(beta_gamma: FloatArray) -> FloatArray:
        p0, p1, p2, p3, p4 = ATHENA_CONSTANTS
        beta = beta_gamma / np.hypot(beta_gamma, 1.0)
        return np.asarray(p0 / beta**p2 * np.log1p((p1 * beta_gamma) ** p4) - p3)

    beta_gamma = momentum / mass
    ratio = formula(beta_gamma) / formula(np.array([1.0 / MASSES["pion"]]))
    return np.where(beta_gamma < SLOW, ratio, np.minimum(ratio, PLATEAU))


def medians(tracks: Tracks, kind: str) -> list[Comparison]:
    """Median at some momenta against the code's formula and against that of the PDG.

    References are the medians over the momenta of the same tracks.
    """
    chosen = tracks.of(kind)
    momentum = tracks.particles.momentum[chosen]

    def at_momenta(values: FloatArray) -> list[Estimate]:
        return in_windows(median, values, momentum, MOMENTA[kind], HALF_WIDTH)

    formula = Reference(
        value=arrays(at_momenta(relative_loss_in_code(momentum, MASSES[kind])))[0],
        source=f"{ATHENA}, up to a plateau of 1.12",
        trust=Trust.READ,
        relation=Relation.INPUT,
        tolerance=0.04,
        tolerance_kind="relative",
        tolerance_reason="3 % of the plateau, tails of the measurement",
    )
    landau = Reference(
        value=arrays(at_momenta(relative_loss(momentum, MASSES[kind])))[0],
        source="most probable loss in 250 um of silicon with density effect (PDG, eq. 34.12)",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=0.05,
        tolerance_kind="relative",
        tolerance_reason="a truncated mean is not the most probable value",
        difference=DIFFERENCES.get(kind, ""),
    )
    axis = categories("momentum", "momentum [GeV]", [f"{p:g}" for p in MOMENTA[kind]])
    title = f"Median dE/dx of {kind}s over pions at 1 GeV"
    quantity = Quantity(f"pixel_dedx_{kind}", GROUP, title, axis)
    estimates = at_momenta(tracks["pixel_dedx"][chosen])
    return [quantity.compared(estimates, reference) for reference in (formula, landau)]


def electrons_over_pions(tracks: Tracks) -> Comparison:
    """Ratio of the medians, which is what separates electrons from pions."""
    electrons, pions = (
        in_windows(
            median,
            tracks["pixel_dedx"][chosen],
            tracks.particles.momentum[chosen],
            SEPARATION_MOMENTA,
            HALF_WIDTH,
        )
        for chosen in (tracks.of("electron"), tracks.of("pion"))
    )
    momenta = np.array(SEPARATION_MOMENTA)
    reference = Reference(
        value=relative_loss(momenta, MASSES["electron"]) / relative_loss(momenta, MASSES["pion"]),
        source="most probable loss in 250 um of silicon with density effect (PDG, eq. 34.12)",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=0.02,
        tolerance_reason="truncated mean instead of most probable value, nearly alike for both",
        difference=(
            "the plateau of 1.12 is a recalled number above that of the formula, and pions by the "
            "code's formula reach it at 2.5 GeV instead of slowly"
        ),
    )
    axis = categories("momentum", "momentum [GeV]", [f"{p:g}" for p in SEPARATION_MOMENTA])
    title = "Median dE/dx of electrons over pions"
    return Quantity("pixel_dedx_separation", GROUP, title, axis).compared(
        map(ratio, electrons, pions), reference
    )


def widths(tracks: Tracks) -> Comparison:
    """Width of ln(dE/dx) of pions around 1 GeV by the number of clusters used."""
    chosen = tracks.of("pion") & (np.abs(np.log(tracks.particles.momentum)) < np.log(1.5))
    used = tracks["number_of_used_hits_dedx"]
    logarithm = np.log(tracks["pixel_dedx"])
    estimates = [
        summarised(width, logarithm, chosen & ((used >= 4) if number == 4 else (used == number)))
        for number in (1, 2, 3, 4)
    ]
    reference = Reference(
        value=np.array(WIDTHS),
        source=ATHENA,
        trust=Trust.READ,
        relation=Relation.INPUT,
        tolerance=0.1,
        tolerance_kind="relative",
        tolerance_reason="pions of 0.7 to 1.5 GeV, over which the mean rises by 5 %",
    )
    axis = categories("clusters", "clusters used", ("1", "2", "3", "4 or more"))
    title = "Width of ln(dE/dx) of pions of 0.7–1.5 GeV"
    return Quantity("pixel_dedx_width", GROUP, title, axis).compared(estimates, reference)


def track_comparisons(tracks: Tracks) -> list[Comparison]:
    """All comparisons of the group."""
    return [
        *(item for kind in MOMENTA for item in medians(tracks, kind)),
        electrons_over_pions(tracks),
        widths(tracks),
    ]


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group from ``gun``: the ntuples of the single particles."""
    return track_comparisons(read_tracks(inputs["gun"], VARIABLES))
