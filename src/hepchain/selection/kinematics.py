"""Kinematics of a pair of objects, from pT, eta and phi, in closed formulas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ELECTRON_MASS = 0.51099895e-3
"""Mass of the electron [GeV] (PDG 2022)."""

Floats = npt.NDArray[np.float64]


def delta_phi(phi1: npt.ArrayLike, phi2: npt.ArrayLike) -> Floats:
    """Azimuth from ``phi2`` to ``phi1``, in [-pi, pi)."""
    difference = np.asarray(phi1, dtype=np.float64) - np.asarray(phi2, dtype=np.float64)
    result: Floats = np.remainder(difference + np.pi, 2.0 * np.pi) - np.pi
    return result


def delta_r(
    eta1: npt.ArrayLike, phi1: npt.ArrayLike, eta2: npt.ArrayLike, phi2: npt.ArrayLike
) -> Floats:
    """Distance in the plane of pseudorapidity and azimuth."""
    difference = np.asarray(eta1, dtype=np.float64) - np.asarray(eta2, dtype=np.float64)
    result: Floats = np.hypot(difference, delta_phi(phi1, phi2))
    return result


def sine_of_theta(eta: npt.ArrayLike) -> Floats:
    """Sine of the polar angle at pseudorapidity ``eta``: 1 / cosh(eta)."""
    result: Floats = 1.0 / np.cosh(np.asarray(eta, dtype=np.float64))
    return result


def pair_mass(
    pt1: npt.ArrayLike,
    eta1: npt.ArrayLike,
    phi1: npt.ArrayLike,
    pt2: npt.ArrayLike,
    eta2: npt.ArrayLike,
    phi2: npt.ArrayLike,
    mass: float = ELECTRON_MASS,
) -> Floats:
    """Invariant mass of two particles of the same ``mass`` [GeV].

    m(12)^2 = 2 m^2 + 2 (E1 E2 - pz1 pz2 - pT1 pT2 cos(dphi)), with E^2 = m^2 + pT^2 cosh(eta)^2.
    """
    pt1, eta1 = np.asarray(pt1, dtype=np.float64), np.asarray(eta1, dtype=np.float64)
    pt2, eta2 = np.asarray(pt2, dtype=np.float64), np.asarray(eta2, dtype=np.float64)
    energies = np.hypot(mass, pt1 * np.cosh(eta1)) * np.hypot(mass, pt2 * np.cosh(eta2))
    longitudinal = pt1 * np.sinh(eta1) * pt2 * np.sinh(eta2)
    transverse = pt1 * pt2 * np.cos(delta_phi(phi1, phi2))
    squared = 2.0 * (mass**2 + energies - longitudinal - transverse)
    result: Floats = np.sqrt(np.maximum(squared, 0.0))
    return result
