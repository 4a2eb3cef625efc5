"""Which muons the tagger looks for: those of bottom and charm hadrons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_muons.origins import HEAVY_FLAVOUR, IN_FLIGHT, Origin
from hepchain.labels import Columns, Label

COLUMNS = {
    "pt": np.float32,
    "eta": np.float32,
    "truth_origin": np.int32,
    "precision_layers": np.int32,
    "jet_pt": np.float32,
    "jet_delta_r": np.float32,
    "jet_pt_rel": np.float32,
    "jet_share": np.float32,
}
"""Columns of the skim that go into the features, with their type."""

TITLES = {
    "signal": "muons of heavy flavour",
    "background": "muons of pions and kaons",
    "ignored": "other muons",
}


def label(muons: Columns) -> npt.NDArray[np.int8]:
    """Label of each muon.

    Parameters
    ----------
    muons : ``truth_origin``, shape (n,), an :class:`.Origin` or another number of ATLAS' classifier

    Returns
    -------
    shape (n,), :class:`.Label`. Muons of pions and kaons that decayed in flight are background,
    those without known origin unknown, any other (of W, Z, tau leptons, ...) ignored.
    """
    origin = muons["truth_origin"]
    labels = np.select(
        [np.isin(origin, HEAVY_FLAVOUR), np.isin(origin, IN_FLIGHT), origin == Origin.NON_DEFINED],
        [Label.SIGNAL, Label.BACKGROUND, Label.UNKNOWN],
        Label.IGNORED,
    )
    return labels.astype(np.int8)
