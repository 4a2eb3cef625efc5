"""Identity of an event, and the fold that follows from it alone.

An event is known by its sample and its number. A sample simulated once more with a variation,
``{sample}@{variation}``, holds the same events: they keep the identity of the base sample.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from hepchain.variations import base_of

EVENTS_PER_PART = 10_000_000
"""Event numbers of part ``p`` of a sample run from ``p * EVENTS_PER_PART``."""


def fold_of(sample: str, event_number: npt.NDArray[np.int64], folds: int) -> npt.NDArray[np.int8]:
    """Fold of each event, from a hash of (sample, event number) and of nothing else.

    It depends neither on the order of files nor on how many jobs ran. The hash is the finaliser of
    SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over the event number offset by the sample's name.

    Parameters
    ----------
    sample : name of the sample; a varied one has the folds of its base
    event_number : shape (n,), unique within the sample
    folds : number of folds, at least 1

    Returns
    -------
    shape (n,), values 0 to ``folds`` - 1
    """
    result: npt.NDArray[np.int8] = (_hash(base_of(sample), event_number) % np.uint64(folds)).astype(
        np.int8
    )
    return result


def uniform_of(name: str, event_number: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Number in [0, 1) of each event, from the same hash as its fold.

    A subset of events drawn with it is the same whatever the order of files. Give a purpose in
    ``name`` (``f"{sample}/validation"``) to be independent of the fold and of other subsets.

    Parameters
    ----------
    name : name of the sample and of the purpose
    event_number : shape (n,), unique within the sample
    """
    high_bits = (_hash(name, event_number) >> np.uint64(11)).astype(np.float64)
    return high_bits * 2.0**-53


def _hash(name: str, event_number: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    offset = np.frombuffer(hashlib.sha256(name.encode()).digest()[:8], dtype=np.uint64)[0]
    with np.errstate(over="ignore"):
        state: npt.NDArray[np.uint64] = (
            np.asarray(event_number, dtype=np.int64).astype(np.uint64) + offset
        )
        state += np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state
