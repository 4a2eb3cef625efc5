"""Most probable energy loss in thin silicon, with the density effect."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

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
