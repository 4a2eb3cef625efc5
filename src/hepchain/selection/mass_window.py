"""Mass window of a mass point; the selection counts with it, the statistics cut on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def in_window(
    mass: npt.ArrayLike, splitting: float, veto: tuple[float, float]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether masses are below the splitting, and whether they are outside the (closed) veto.

    Parameters
    ----------
    mass : shape (n,), m(track, e) [GeV]
    splitting : end point of m(ee) [GeV]
    veto : excluded masses [GeV]
    """
    mass = np.asarray(mass, dtype=np.float64)
    return mass < splitting, (mass < veto[0]) | (mass > veto[1])
