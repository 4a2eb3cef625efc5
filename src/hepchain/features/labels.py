"""Label and category of each track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.truth import Label, TruthOrigin

ELECTRON_PDG_ID = 11
NO_CATEGORY = -1


def labels(pdg_id: npt.NDArray[Any], origin: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
    """Label of each track from the particle it is matched to.

    Parameters
    ----------
    pdg_id : shape (n,), of the matched particle, 0 if there is none
    origin : shape (n,), ``TruthOrigin``

    Returns
    -------
    shape (n,), ``Label``. Electrons of the hard process are what the tagger looks for; other real
    electrons (conversions, Dalitz decays, heavy flavour) are a class of their own; everything else
    that is known, fake tracks included, is a hadron.
    """
    unknown = (pdg_id == 0) & (origin == TruthOrigin.UNKNOWN)
    result = np.where(unknown, Label.UNKNOWN, Label.HADRON)
    result = np.where(np.abs(pdg_id) == ELECTRON_PDG_ID, Label.OTHER_ELECTRON, result)
    result = np.where(origin == TruthOrigin.HARD_ELECTRON, Label.ELECTRON, result)
    return result.astype(np.int8)


def categories(
    presence: npt.NDArray[np.bool_],
    groups: Sequence[str],
    category_groups: Mapping[str, Sequence[str]],
) -> npt.NDArray[np.int64]:
    """Category of each track: the one whose groups are exactly those the track has.

    Parameters
    ----------
    presence : shape (n, groups), whether the track has the group
    groups : names of the groups, in the order of the columns
    category_groups : category -> its groups

    Returns
    -------
    shape (n,), position in ``category_groups``, ``NO_CATEGORY`` where none fits
    """
    result = np.full(len(presence), NO_CATEGORY, dtype=np.int64)
    for position, members in enumerate(category_groups.values()):
        pattern = np.array([group in members for group in groups])
        result[(presence == pattern).all(axis=1)] = position
    return result
