"""Branching fractions of N2 -> N1 f f through a virtual Z, for higgsinos of nearly the same mass.

At lowest order, all other supersymmetric particles decoupled; decays N2 -> N1 gamma and those to
charginos are left out, as in the simplified model of arXiv:1911.12606. Fermion masses are exact.
Quarks stand for hadrons and are given the masses of the lightest mesons with their flavour, so that
channels open at pairs of these. With the masses of quarks instead, or with a tenth added for the
strong interaction, the fraction of e e is smaller by up to 6 % at splittings from 3 GeV, and with
the masses of quarks by a quarter at 1 GeV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z_MASS = 91.1876
SIN2_THETA = 0.2312
"""Effective weak mixing angle."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)
"""Of the integration over the mass of the pair."""


@dataclass(frozen=True)
class Fermion:
    """A decay product of the Z."""

    charge: float
    isospin: float
    mass: float
    """GeV; of quarks, half the threshold of their hadrons."""
    multiplicity: int = 1
    """Colours or flavours."""

    @property
    def vector(self) -> float:
        """Vector coupling to the Z."""
        return self.isospin - 2 * self.charge * SIN2_THETA

    @property
    def axial(self) -> float:
        """Axial coupling to the Z."""
        return self.isospin


ELECTRON = "e"
PION, KAON, D_MESON, B_MESON = 0.1396, 0.4937, 1.8648, 5.2796
"""Masses [GeV] (Particle Data Group), rounded."""
FERMIONS = {
    "nu": Fermion(0, 0.5, 0.0, 3),
    ELECTRON: Fermion(-1, -0.5, 0.000511),
    "mu": Fermion(-1, -0.5, 0.10566),
    "tau": Fermion(-1, -0.5, 1.77693),
    "u": Fermion(2 / 3, 0.5, PION, 3),
    "d": Fermion(-1 / 3, -0.5, PION, 3),
    "s": Fermion(-1 / 3, -0.5, KAON, 3),
    "c": Fermion(2 / 3, 0.5, D_MESON, 3),
    "b": Fermion(-1 / 3, -0.5, B_MESON, 3),
}


def branching_fractions(n2: float, n1: float) -> dict[str, float]:
    """Fermion -> branching fraction of N2 -> N1 f f; neutrinos of all flavours together.

    Parameters
    ----------
    n2, n1 : masses [GeV], the splitting well below that of the Z
    """
    widths = {name: partial_width(fermion, n2, n1) for name, fermion in FERMIONS.items()}
    total = sum(widths.values())
    return {name: width / total for name, width in widths.items()}


def partial_width(fermion: Fermion, n2: float, n1: float) -> float:
    """Width of N2 -> N1 f f, up to a factor common to all fermions; zero below its threshold."""
    threshold, splitting = 2 * fermion.mass, n2 - n1
    if splitting <= threshold:
        return 0.0
    # Roots at both ends of the spectrum become smooth in this angle.
    angle = (NODES + 1) * np.pi / 4
    mass = threshold + (splitting - threshold) * np.sin(angle) ** 2
    jacobian = (splitting - threshold) * np.sin(2 * angle) * np.pi / 4
    return float(np.sum(WEIGHTS * jacobian * spectrum(mass, fermion, n2, n1)))


def spectrum(mass: Floats, fermion: Fermion, n2: float, n1: float) -> Floats:
    """dGamma/dm of N2 -> N1 f f, up to a factor common to all fermions.

    The current of the neutralinos is a vector (their mass eigenvalues have opposite signs). The
    transverse part of the virtual Z gives, for massless fermions, the line shape of
    arXiv:0704.2515; the longitudinal part goes with the masses of the fermions.

    Parameters
    ----------
    mass : of the pair [GeV], from twice the fermion's mass to the splitting
    """
    q2 = mass**2
    difference, total = (n2 - n1) ** 2, (n2 + n1) ** 2
    ratio = fermion.mass**2 / q2 if fermion.mass else np.zeros_like(q2)
    velocity = np.sqrt(np.maximum(1 - 4 * ratio, 0.0))
    phase_space = velocity * np.sqrt(np.maximum((difference - q2) * (total - q2), 0.0))
    couplings = fermion.vector**2 * (1 + 2 * ratio) + fermion.axial**2 * velocity**2
    transverse = couplings * (difference - q2) * (total + 2 * q2) / (q2 - Z_MASS**2) ** 2
    longitudinal = 6 * fermion.axial**2 * ratio * difference * (total - q2) / Z_MASS**4
    shape: Floats = fermion.multiplicity * mass * phase_space * (transverse + longitudinal)
    return shape
