"""Energy loss in the pixels: medians of each kind of particle, and the width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.energy_loss import most_probable_loss
from hepchain.validation.comparison import Comparison, FloatArray
from hepchain.validation.known import Computed, Known
from hepchain.validation.single_particles import MASSES, Tracks, read_tracks

VARIABLES = ("pixel_dedx", "number_of_used_hits_dedx")
KINDS = ("pion", "kaon", "proton", "electron")


def relative_loss(momentum: FloatArray, mass: float) -> FloatArray:
    """Most probable loss over that of a pion of 1 GeV."""
    pion = most_probable_loss(np.array([1.0 / MASSES["pion"]]))
    return np.asarray(most_probable_loss(momentum / mass) / pion)


def expected_loss(momentum: FloatArray, mass: float, constants: Sequence[float]) -> FloatArray:
    """What the simulation is made with, over that of a pion of 1 GeV.

    Up to the pion's beta gamma the formula of the code, p0 / beta^p2 ln(1 + (p1 beta gamma)^p4)
    - p3, above it the most probable loss.

    Parameters
    ----------
    constants : p0 to p4 for three clusters, of data
    """

    def formula(beta_gamma: FloatArray) -> FloatArray:
        p0, p1, p2, p3, p4 = constants
        beta = beta_gamma / np.hypot(beta_gamma, 1.0)
        return np.asarray(p0 / beta**p2 * np.log1p((p1 * beta_gamma) ** p4) - p3)

    beta_gamma, pion = momentum / mass, np.array([1.0 / MASSES["pion"]])
    slow = formula(beta_gamma) / formula(pion)
    return np.where(beta_gamma < pion, slow, relative_loss(momentum, mass))


def compare(tracks: Tracks, known: Known) -> list[Comparison]:
    """All comparisons of the group.

    Expected is for each track the loss of the kind of particle that made it, by the formula of the
    code (``formula``) and by that of the PDG (``landau``).
    """
    frame = tracks.frame().assign(formula=np.nan, landau=np.nan)
    constants = [float(number or 0.0) for number in known.table("pixel_code")["constants"]]
    for kind in KINDS:
        momentum = frame.loc[frame[kind], "momentum"].to_numpy()
        frame.loc[frame[kind], "formula"] = expected_loss(momentum, MASSES[kind], constants)
        frame.loc[frame[kind], "landau"] = relative_loss(momentum, MASSES[kind])
    momenta = np.array(known.entry("pixel_dedx_separation").axis.centres)
    electron, pion = (relative_loss(momenta, MASSES[kind]) for kind in ("electron", "pion"))
    separation = Computed(value=electron / pion)
    return known.compare({"tracks": frame}, {"pixel_dedx_separation": separation})


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``gun`` (ntuples of single particles) and ``known``."""
    return compare(read_tracks(inputs["gun"], VARIABLES), Known.read(inputs["known"][0]))
