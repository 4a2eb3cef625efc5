"""What tracks are: categories of signal electrons, particles among background candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from hepchain.config.validation import ValidationConfig
from hepchain.io.columns import Columns, pieces
from hepchain.labels import Label
from hepchain.validation.comparison import Comparison
from hepchain.validation.known import Known

ELECTRONS = ("category", "label", "weight", "pt")
CANDIDATES = ("truth_pdg_id", "truth_is_pileup", "weight")


def compare(electrons: Columns, candidates: Columns, known: Known) -> list[Comparison]:
    """All comparisons of the group.

    Parameters
    ----------
    electrons : electron tracks of a signal
    candidates : in the background after all cuts but the mass window
    """
    tables = {"electrons": electrons, "candidates": candidates}
    frames = {
        name: pd.DataFrame(table).astype({"weight": np.float64}) for name, table in tables.items()
    }
    return known.compare(frames)


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``features`` (signal), ``selected``, ``known``."""
    electrons = collected(
        (
            {name: values[table["label"] == Label.SIGNAL] for name, values in table.items()}
            for table in pieces(inputs["features"], ELECTRONS)
        ),
        ELECTRONS,
    )
    selected = collected(pieces(inputs["selected"], CANDIDATES), CANDIDATES)
    return compare(electrons, selected, Known.read(inputs["known"][0]))


def collected(tables: Iterable[Columns], names: Sequence[str]) -> Columns:
    """All pieces together; without any, empty columns."""
    found = list(tables)
    return {
        name: np.concatenate([table[name] for table in found] or [np.zeros(0)]) for name in names
    }
