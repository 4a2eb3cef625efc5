"""Tracks in the field of the solenoid, as event displays draw them.

The field is uniform along z (2 T, as in the detector response), the beam line at x = y = 0. Impact
parameters of a fraction of a millimetre are too small to be seen and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.simulation.response.passage import CURVATURE_RADIUS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Helix:
    """Path of a charged particle from the beam line.

    Attributes
    ----------
    pt : transverse momentum [GeV]
    eta, phi : pseudorapidity, azimuth at the beam line [rad]
    z0 : where it leaves the beam line [mm]
    charge : +1 or -1
    """

    pt: float
    eta: float
    phi: float
    z0: float
    charge: int

    @property
    def curvature_radius(self) -> float:
        """Radius of the circle in the transverse plane [mm]."""
        return CURVATURE_RADIUS * self.pt

    def length(self, radius: Floats) -> Floats:
        """Length of the arc in the transverse plane to a distance from the beam line.

        Parameters
        ----------
        radius : distances from the beam line [mm], shape (n,); NaN if the track never gets there
        """
        diameter = 2.0 * self.curvature_radius
        with np.errstate(invalid="ignore"):
            found: Floats = diameter * np.arcsin(np.asarray(radius) / diameter)
        return found

    def at_radius(self, radius: Floats) -> tuple[Floats, Floats, Floats]:
        """Coordinates x, y and z [mm] at distances from the beam line [mm], shape (n,) each.

        In a field along +z a positive particle turns clockwise, seen from positive z.
        """
        length = self.length(radius)
        # The chord from the beam line is turned by half of the angle of the arc.
        angle = self.phi - self.charge * length / (2.0 * self.curvature_radius)
        return radius * np.cos(angle), radius * np.sin(angle), self.z_at(length)

    def z_at(self, length: Floats) -> Floats:
        """Coordinate z [mm] after an arc in the transverse plane [mm], shape (n,)."""
        z: Floats = self.z0 + length * np.sinh(self.eta)
        return z

    def radius_at_z(self, z: float) -> float:
        """Distance from the beam line [mm] where the track meets a plane of this z [mm].

        NaN if it flies away from the plane or has turned by more than half a circle.
        """
        slope = float(np.sinh(self.eta))
        length = (z - self.z0) / slope if slope else np.inf
        diameter = 2.0 * self.curvature_radius
        half_circle = 0.5 * np.pi * diameter
        return float(diameter * np.sin(length / diameter)) if 0 < length < half_circle else np.nan


def crossed_layers(helix: Helix, layers: Sequence[Any]) -> Floats:
    """Distances from the beam line at which a track meets layers [mm], rising.

    Parameters
    ----------
    layers : cylinders with ``radius`` and ``half_length`` and disks with ``z``, ``inner`` and
        ``outer``, as those of the detector response [mm]; disks stand on both sides
    """
    found = []
    for layer in layers:
        if layer.radius is not None:
            z = helix.at_radius(np.array([layer.radius]))[2][0]
            if abs(z) < (layer.half_length or np.inf):
                found.append(layer.radius)
        else:
            radius = helix.radius_at_z(np.copysign(layer.z, helix.eta))
            if layer.inner < radius < layer.outer:
                found.append(radius)
    return np.sort(np.array(found, dtype=np.float64))
