"""Random numbers that do not depend on the order of jobs or the number of cores.

Every job derives its generator from the seed of the run and its own name (sample, part, purpose),
so that two jobs never share a stream and the same job always gets the same one.
"""

from __future__ import annotations

import hashlib

import numpy as np


def _entropy(seed: int, keys: tuple[str | int, ...]) -> list[int]:
    digest = hashlib.sha256("\x1f".join(str(key) for key in keys).encode()).digest()
    return [seed, *np.frombuffer(digest, dtype=np.uint32).tolist()]


def generator(seed: int, *keys: str | int) -> np.random.Generator:
    """NumPy generator of the job called ``keys`` in the run with this ``seed``."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(_entropy(seed, keys))))


def integer_seed(seed: int, *keys: str | int, below: int = 900_000_000) -> int:
    """Positive integer seed below ``below``, for libraries with generators of their own.

    The default bound is the largest seed Pythia 8 takes.
    """
    return int(generator(seed, *keys).integers(1, below))
