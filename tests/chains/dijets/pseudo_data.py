"""Events with a falling mass, and a signal in the middle of it that one feature knows."""

from __future__ import annotations

import numpy as np

from hepchain.chains.dijets.data import BACKGROUND, SIGNAL, Events
from hepchain.chains.dijets.events.table import FEATURES, MASS
from hepchain.identity import fold_of

FOLDS = 3


def made(background: int, signal: int, beside: int = 0, seed: int = 1) -> Events:
    """Of so many events, and signal beside the data; features are independent of the mass."""
    random = np.random.default_rng(seed)
    total = background + signal + beside
    is_signal = np.arange(total) >= background
    falling = 2700.0 + 3400.0 * (1.0 - random.random(total) ** (1.0 / 6.0)) * 1.5
    mass = np.where(is_signal, random.normal(3500.0, 80.0, total), np.clip(falling, 2700.0, 6099.0))
    columns = {name: random.exponential(1.0, total) for name in FEATURES}
    columns["mj1"] = np.where(is_signal, random.normal(3.0, 0.1, total), columns["mj1"])
    number = np.arange(total)
    sample = np.where(is_signal, SIGNAL, BACKGROUND)
    fold = np.where(is_signal, fold_of("s", number, FOLDS), fold_of("b", number, FOLDS))
    observed = number < background + signal
    return Events(
        {MASS: mass, **columns}, sample, number, fold.astype(np.int64), is_signal, observed
    )
