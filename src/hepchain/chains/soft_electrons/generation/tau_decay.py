"""Decay of the tau of W -> tau nu to an electron, as far as a detector can tell: the electron."""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from typing import Any

import numpy as np
from pythia8mc import RotBstMatrix, Vec4

BRANCHING_FRACTION = 0.1782
"""tau -> e nu nu: 17.82 +- 0.04 % (Particle Data Group, Phys. Rev. D 110 (2024) 030001)."""
MEAN_PATH = 0.08703
"""c tau [mm], of 290.3 fs (the same)"""


def draw_energy(random: np.random.Generator) -> float:
    """Energy of the electron in the rest frame of the tau, over its largest, half the mass.

    Distributed as 2 x^2 (3 - 2 x) (Michel, Proc. Phys. Soc. A 63 (1950) 514, of V - A and without
    the electron's mass).
    """
    while True:
        x, height = random.random(2)
        if height < x * x * (3.0 - 2.0 * x):
            return float(x)


def draw_cosine(x: float, random: np.random.Generator) -> float:
    """Cosine of the electron's angle to the tau's flight, seen from its rest frame.

    Of a tau of the helicity that a W gives it, negative for the tau- and positive for the tau+; for
    both 3 - 2 x + (2 x - 1) cos(theta), so that hard electrons go forward.
    """
    slope = (2.0 * x - 1.0) / (3.0 - 2.0 * x)
    u = float(random.random())
    if abs(slope) < 1e-6:
        return 2.0 * u - 1.0
    root = sqrt(max(1.0 - slope * (2.0 - slope - 4.0 * u), 0.0))
    return min(max((root - 1.0) / slope, -1.0), 1.0)


def electron_of(tau: Any, w: Any, random: np.random.Generator) -> Any:
    """Momentum of the electron of a tau of a W, Pythia's four-vectors all; in the frame of both.

    The helicity is that in the rest frame of the W.
    """
    in_w = Vec4(tau)
    in_w.bstback(w)
    x = draw_energy(random)
    cosine, azimuth = draw_cosine(x, random), 2.0 * pi * random.random()
    energy, sine = 0.5 * x * tau.mCalc(), sqrt(1.0 - cosine * cosine)
    electron = Vec4(
        energy * sine * cos(azimuth), energy * sine * sin(azimuth), energy * cosine, energy
    )
    along = RotBstMatrix()
    along.rot(in_w.theta(), in_w.phi())
    along.bst(in_w)
    along.bst(w)
    electron.rotbst(along)
    return electron
