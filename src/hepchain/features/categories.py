"""Category of each object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

NO_CATEGORY = ""


def categories(
    presence: npt.NDArray[np.bool_],
    groups: Sequence[str],
    category_groups: Mapping[str, Sequence[str]],
) -> npt.NDArray[np.str_]:
    """Category of each track: the one whose groups are exactly those the track has.

    Parameters
    ----------
    presence : shape (n, groups), whether the track has the group
    groups : names of the groups, in the order of the columns
    category_groups : category -> its groups

    Returns
    -------
    shape (n,), names, ``NO_CATEGORY`` where none fits
    """
    longest = max(map(len, category_groups), default=1)
    result = np.full(len(presence), NO_CATEGORY, dtype=f"U{longest}")
    for name, members in category_groups.items():
        pattern = np.array([group in members for group in groups])
        result[(presence == pattern).all(axis=1)] = name
    return result
