"""Quantities that the branch map of this chain computes."""

from __future__ import annotations

import awkward as ak


def difference(total: ak.Array, part: ak.Array) -> ak.Array:
    """What is left of a sum; the parameters are the inputs, in the order of `from`."""
    return total - part
