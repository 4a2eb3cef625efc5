"""What tracks are: categories of signal electrons, particles among background candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.figures import reference as study
from hepchain.figures.tables import Columns, pieces
from hepchain.trust import Trust
from hepchain.truth import Label
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned, categories
from hepchain.validation.reference import NUMBER, BoolArray, Quantity, Reference
from hepchain.validation.summaries import Estimate, share

GROUP = "composition"

PT_EDGES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
ELECTRONS = ("category", "label", "weight", "pt")
CANDIDATES_TITLE = "Share among background candidates"
CANDIDATES = ("truth_pdg_id", "truth_is_pileup", "weight")

KINDS: Mapping[str, tuple[int, float, float]] = {
    "pion": (211, 0.80, 0.85),
    "kaon": (321, 0.08, 0.12),
    "proton": (2212, 0.04, 0.07),
    "electron": (11, 0.005, 0.03),
    "muon": (13, 0.0, 0.01),
}
"""Kind -> PDG code and range of its share."""


def category_shares(electrons: Columns) -> list[Comparison]:
    """Categories of the electron tracks of a signal, and the spectrum they have."""
    names = tuple(study.CATEGORY_SHARES)
    reference = Reference(
        value=np.array(list(study.CATEGORY_SHARES.values())),
        source=study.SOURCE,
        trust=Trust.READ,
        relation=Relation.INDEPENDENT,
        tolerance=0.05,
        tolerance_reason="the study states neither selection nor spectrum of these electrons",
        difference=(
            "at low momentum few of the photons that an electron has radiated are in its cluster, "
            "so that fewer tracks have one than in the study"
        ),
    )
    weight = electrons["weight"].astype(np.float64)
    pt = electrons["pt"]
    shares = [_share(electrons["category"] == name, weight) for name in names]
    spectrum = [_share((pt >= low) & (pt < high), weight) for low, high in pairwise(PT_EDGES)]
    return [
        Quantity(
            "category_shares",
            GROUP,
            "Signal electron tracks by category",
            categories("category", "", names),
        ).compared(shares, reference),
        Quantity(
            "electron_pt",
            GROUP,
            "Signal electron tracks by pT",
            binned("pt", "pT [GeV]", PT_EDGES),
        ).compared(spectrum, None),
    ]


def candidates(table: Columns) -> list[Comparison]:
    """Particles behind the candidates in the background after all cuts but the mass window."""
    weight = table["weight"].astype(np.float64)
    code = np.abs(table["truth_pdg_id"])
    result = []
    for kind, (number, low, high) in KINDS.items():
        reference = Reference.within(
            low,
            high,
            source="composition of soft tracks, minimum-bias like",
            trust=Trust.MEMORY,
            relation=Relation.INDEPENDENT,
        )
        quantity = Quantity("candidates", GROUP, CANDIDATES_TITLE, NUMBER, selection=f"{kind}s")
        result.append(quantity.compared([_share(code == number, weight)], reference))
    pileup = Quantity("candidates", GROUP, CANDIDATES_TITLE, NUMBER, selection="pile-up")
    return [*result, pileup.compared([_share(table["truth_is_pileup"] == 1, weight)], None)]


def _share(chosen: BoolArray, weight: FloatArray) -> Estimate:
    return share(chosen.astype(np.float64), weight)


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``features`` (signal), ``selected`` (background)."""
    electrons = collected(
        (
            {name: values[table["label"] == Label.ELECTRON] for name, values in table.items()}
            for table in pieces(inputs["features"], ELECTRONS)
        ),
        ELECTRONS,
    )
    selected = collected(pieces(inputs["selected"], CANDIDATES), CANDIDATES)
    return [*category_shares(electrons), *candidates(selected)]


def collected(tables: Iterable[Columns], names: Sequence[str]) -> Columns:
    """All pieces together; without any, empty columns."""
    found = list(tables)
    return {
        name: np.concatenate([table[name] for table in found] or [np.zeros(0)]) for name in names
    }
