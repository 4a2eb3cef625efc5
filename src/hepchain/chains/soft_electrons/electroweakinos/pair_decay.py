"""The decay N2 -> N1 e e by a virtual Z, with the mass of the pair from the matrix element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.simulation.generation.record import Floats

Z_MASS = 91.1876
ELECTRON_MASS = 0.000511
GRID_POINTS = 4001


@dataclass(frozen=True)
class FourVector:
    """Momenta and energies [GeV], shape (n,) each."""

    px: Floats
    py: Floats
    pz: Floats
    energy: Floats

    @property
    def mass(self) -> Floats:
        """Invariant mass [GeV]."""
        squared = self.energy**2 - self.px**2 - self.py**2 - self.pz**2
        return np.sqrt(np.maximum(squared, 0.0))

    def __add__(self, other: FourVector) -> FourVector:
        return FourVector(
            self.px + other.px, self.py + other.py, self.pz + other.pz, self.energy + other.energy
        )


def line_shape(m: Floats, mass_1: float, mass_2: float) -> Floats:
    """Differential width dGamma/dm(ll) of N2 -> N1 l l through a virtual Z, not normalised.

    De Sanctis, Lari, Montesano, Troncon, arXiv:0704.2515, with the signs of the mass eigenvalues;
    the polynomials are factored here, which keeps precision at the end point. Lepton masses and
    the width of the Z are neglected. To leading order in the splitting d for opposite signs
    (higgsinos): m (d^2 - m^2)^(3/2).

    Parameters
    ----------
    m : mass of the lepton pair [GeV], from 0 to the splitting
    mass_1, mass_2 : signed masses of N1 and N2 [GeV]; for higgsinos the second is negative
    """
    total, difference = (mass_1 + mass_2) ** 2, (mass_2 - mass_1) ** 2
    phase_space = np.sqrt(np.maximum((total - m**2) * (difference - m**2), 0.0))
    matrix_element = (total - m**2) * (difference + 2 * m**2)
    shape: Floats = m * phase_space * matrix_element / (m**2 - Z_MASS**2) ** 2
    return shape


def draw_pair_mass(size: int, n2: float, n1: float, random: np.random.Generator) -> Floats:
    """Masses of the electron pair [GeV], shape (size,), for masses ``n2`` and ``n1`` of higgsinos.

    By inversion of the cumulative distribution on a grid; the end point is n2 - n1.
    """
    grid = np.linspace(2 * ELECTRON_MASS, n2 - n1, GRID_POINTS)
    density = line_shape(grid, n1, -n2)
    cumulative = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.interp(random.uniform(size=size), cumulative / cumulative[-1], grid)


def decay(
    parent: FourVector, n2: float, n1: float, random: np.random.Generator
) -> tuple[FourVector, FourVector, FourVector]:
    """Decay each N2 into N1, an electron and a positron.

    A chain of two-body decays, N2 -> N1 Z* and Z* -> e e, both isotropic in the rest frame of what
    decays. So the mass of the pair follows the matrix element while spin correlations (the
    polarisation of the Z*) are neglected, and so is radiation off the electrons.

    Parameters
    ----------
    parent : momenta of the N2
    n2, n1 : masses [GeV]

    Returns
    -------
    the momenta of N1, electron and positron
    """
    size = len(parent.energy)
    pair_mass = draw_pair_mass(size, n2, n1, random)
    n1_vector, pair = two_body_decay(parent, n1, pair_mass, random)
    electron, positron = two_body_decay(pair, ELECTRON_MASS, ELECTRON_MASS, random)
    return n1_vector, electron, positron


def two_body_decay(
    parent: FourVector,
    mass_1: float | Floats,
    mass_2: float | Floats,
    random: np.random.Generator,
) -> tuple[FourVector, FourVector]:
    """Isotropic decay into two particles of these masses [GeV]; their momenta in the lab."""
    mass = parent.mass
    product = (mass**2 - (mass_1 + mass_2) ** 2) * (mass**2 - (mass_1 - mass_2) ** 2)
    momentum = np.sqrt(np.maximum(product, 0.0)) / (2 * mass)
    cos_theta = random.uniform(-1, 1, len(mass))
    phi = random.uniform(-np.pi, np.pi, len(mass))
    transverse = momentum * np.sqrt(1 - cos_theta**2)
    px, py, pz = transverse * np.cos(phi), transverse * np.sin(phi), momentum * cos_theta
    first = FourVector(px, py, pz, np.sqrt(momentum**2 + mass_1**2))
    second = FourVector(-px, -py, -pz, np.sqrt(momentum**2 + mass_2**2))
    return boost(first, parent), boost(second, parent)


def boost(vector: FourVector, frame: FourVector) -> FourVector:
    """Momenta given in the rest frame of ``frame``, in the frame where it has its momentum."""
    mass = frame.mass
    along = vector.px * frame.px + vector.py * frame.py + vector.pz * frame.pz
    energy = (vector.energy * frame.energy + along) / mass
    factor: npt.NDArray[np.float64] = (energy + vector.energy) / (frame.energy + mass)
    return FourVector(
        vector.px + factor * frame.px,
        vector.py + factor * frame.py,
        vector.pz + factor * frame.pz,
        energy,
    )
