"""Quarks of hadrons, from their numbers."""

from __future__ import annotations

import numpy as np

from hepchain.simulation.generation.record import Booleans, Integers


def has_quark(pdg_id: Integers, quark: int) -> Booleans:
    """Whether hadrons of these numbers contain a quark, by their digits; shape as given.

    Numbers follow the Monte Carlo numbering scheme of the Particle Data Group; excited states have
    further digits in front.

    >>> has_quark(np.array([521, 10411, 4122, 443, 211, 5]), 4).tolist()
    [False, True, True, True, False, False]
    """
    number = np.abs(pdg_id) % 10_000
    digits = [number // 10**place % 10 for place in (1, 2, 3)]
    hadron = (np.abs(pdg_id) > 100) & (np.abs(pdg_id) < 1_000_000)
    result: Booleans = hadron & np.any([digit == quark for digit in digits], axis=0)
    return result
