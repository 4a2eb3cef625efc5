"""What is signal to the taggers of this chain, and what is background."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hepchain.labels import Columns, Label

GLASS, CLAY = 1, 2

COLUMNS = {"truth_pdg_id": np.int32}


def label(marbles: Columns) -> npt.NDArray[np.int8]:
    """Label of each marble, shape (n,)."""
    kind = marbles["truth_pdg_id"]
    labels = np.select(
        [kind == GLASS, kind == CLAY], [Label.SIGNAL, Label.BACKGROUND], Label.UNKNOWN
    )
    return labels.astype(np.int8)
