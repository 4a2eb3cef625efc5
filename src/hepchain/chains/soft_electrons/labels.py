"""Which tracks the tagger looks for, by the particle they are matched to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hepchain.labels import Columns, Label
from hepchain.simulation.truth import TruthOrigin

ELECTRON_PDG_ID = 11

COLUMNS = {
    "charge": np.int8,
    "truth_pdg_id": np.int32,
    "truth_origin": np.int8,
    "truth_is_pileup": np.int8,
}
"""Columns of the skim that go into the features, with their type."""

TITLES = {
    "signal": "electrons",
    "background": "hadrons",
    "ignored": "electrons of conversions, Dalitz decays and heavy flavour",
}


def label(tracks: Columns) -> npt.NDArray[np.int8]:
    """Label of each track.

    Parameters
    ----------
    tracks : ``truth_pdg_id`` of the matched particle, 0 if there is none, and ``truth_origin``, a
        :class:`.TruthOrigin`; shape (n,) each

    Returns
    -------
    shape (n,), :class:`.Label`. Signal are electrons of the hard process; other real electrons
    (conversions, Dalitz decays, heavy flavour) are ignored; everything else that is known, fake
    tracks and muons included, is background: the hadrons.
    """
    pdg_id, origin = tracks["truth_pdg_id"], tracks["truth_origin"]
    unknown = (pdg_id == 0) & (origin == TruthOrigin.UNKNOWN)
    result = np.where(unknown, Label.UNKNOWN, Label.BACKGROUND)
    result = np.where(np.abs(pdg_id) == ELECTRON_PDG_ID, Label.IGNORED, result)
    result = np.where(origin == TruthOrigin.HARD_ELECTRON, Label.SIGNAL, result)
    return result.astype(np.int8)


FORCED_ORIGINS = (TruthOrigin.CONVERSION, TruthOrigin.DALITZ)
"""Of forced electrons, and of those that they take the place of."""


def can_be_forced(
    origin: npt.NDArray[np.int8], is_pileup: npt.NDArray[np.int8]
) -> npt.NDArray[np.bool_]:
    """Whether the particles of tracks are such as are forced: those of pile-up are not."""
    result: npt.NDArray[np.bool_] = np.isin(origin, FORCED_ORIGINS) & (is_pileup == 0)
    return result
