"""Polarisation of W bosons from the decay angle of their charged leptons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class HelicityFractions:
    """Fractions of left-handed, right-handed and longitudinal W bosons; their sum is 1."""

    left: float
    left_error: float
    right: float
    right_error: float
    longitudinal: float
    longitudinal_error: float
    left_minus_right: float
    left_minus_right_error: float


def helicity_fractions(
    cos_theta: npt.ArrayLike, charge: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> HelicityFractions:
    """Fractions from the moments of the decay angle, with statistical errors.

    The distribution for a lepton of charge q is (Bern et al., arXiv:1103.5445, eq. 2.3)

        3/8 f_L (1 - q c)^2 + 3/8 f_R (1 + q c)^2 + 3/4 f_0 (1 - c^2),

    so that <q c> = (f_R - f_L) / 2 and <c^2> = (2 - f_0) / 5. It needs events without cuts on the
    leptons.

    Parameters
    ----------
    cos_theta : shape (n,), angle in the W rest frame to the W's direction
    charge : shape (n,) or one number, of the lepton
    weight : shape (n,); 1 if absent

    Raises
    ------
    ValueError : fewer than two events
    """
    cosine = np.asarray(cos_theta, dtype=np.float64)
    if cosine.size < 2:
        raise ValueError(f"helicity fractions need at least two events, got {cosine.size}")
    weights = np.ones_like(cosine) if weight is None else np.asarray(weight, dtype=np.float64)
    signed, squared = np.asarray(charge) * cosine, cosine**2
    estimators = {
        "left": -0.5 - signed + 2.5 * squared,
        "right": -0.5 + signed + 2.5 * squared,
        "longitudinal": 2.0 - 5.0 * squared,
        "left_minus_right": -2.0 * signed,
    }
    fitted: dict[str, float] = {}
    for name, values in estimators.items():
        mean = np.average(values, weights=weights)
        fitted[name] = float(mean)
        spread = np.sum((weights * (values - mean)) ** 2)
        fitted[f"{name}_error"] = float(np.sqrt(spread) / np.sum(weights))
    return HelicityFractions(**fitted)
