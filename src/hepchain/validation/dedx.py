"""Energy loss in the pixels: medians of each kind of particle, and the width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.energy_loss import most_probable_loss
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
    "proton": (
        "clusters saturate at large losses, which the code's formula, fitted to data, contains and "
        "that of the PDG does not"
    ),
}
"""Kind of particle -> why it differs from the formula of the PDG."""


def relative_loss(momentum: FloatArray, mass: float) -> FloatArray:
    """Most probable loss over that of a pion of 1 GeV."""
    pion = most_probable_loss(np.array([1.0 / MASSES["pion"]]))
    return np.asarray(most_probable_loss(momentum / mass) / pion)


def expected_loss(momentum: FloatArray, mass: float) -> FloatArray:
    """What the simulation is made with, over that of a pion of 1 GeV.

    Up to the pion's beta gamma the formula of the code, p0 / beta^p2 ln(1 + (p1 beta gamma)^p4)
    - p3, above it the most probable loss.
    """

    def formula(beta_gamma: FloatArray) -> FloatArray:
        p0, p1, p2, p3, p4 = ATHENA_CONSTANTS
        beta = beta_gamma / np.hypot(beta_gamma, 1.0)
        return np.asarray(p0 / beta**p2 * np.log1p((p1 * beta_gamma) ** p4) - p3)

    beta_gamma, pion = momentum / mass, np.array([1.0 / MASSES["pion"]])
    slow = formula(beta_gamma) / formula(pion)
    return np.where(beta_gamma < pion, slow, relative_loss(momentum, mass))


def medians(tracks: Tracks, kind: str) -> list[Comparison]:
    """Median at some momenta against the code's formula and against that of the PDG.

    References are the medians over the momenta of the same tracks.
    """
    chosen = tracks.of(kind)
    momentum = tracks.particles.momentum[chosen]

    def at_momenta(values: FloatArray) -> list[Estimate]:
        return in_windows(median, values, momentum, MOMENTA[kind], HALF_WIDTH)

    formula = Reference(
        value=arrays(at_momenta(expected_loss(momentum, MASSES[kind])))[0],
        source=f"{ATHENA} for slow particles, PDG eq. 34.12 above a pion of 1 GeV",
        trust=Trust.READ,
        relation=Relation.INPUT,
        tolerance=0.04,
        tolerance_kind="relative",
        tolerance_reason="tails of the measurement",
    )
    landau = Reference(
        value=arrays(at_momenta(relative_loss(momentum, MASSES[kind])))[0],
        source="most probable loss in 250 um of silicon with density effect (PDG, eq. 34.12)",
        trust=Trust.COMPUTED,
        relation=Relation.INPUT if kind == "electron" else Relation.INDEPENDENT,
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
        relation=Relation.INPUT,
        tolerance=0.03,
        tolerance_reason="slow pions follow the formula of the code, 3 % below this one",
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
