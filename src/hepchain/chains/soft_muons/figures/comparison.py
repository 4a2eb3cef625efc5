"""Simulated beside reconstructed muons, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hepchain.chains.soft_muons.results.comparison import Compared
from hepchain.figures.tabulate import Table, number

MARKS = {"agrees": "good", "similar": "fair", "differs": "bad"}


def tables(compared: Sequence[Compared], source: str) -> list[Table]:
    """Median and spread of every input, and a verdict."""
    rows = [
        {
            "Verdict": item.verdict,
            "Input": item.name,
            "Reconstructed, median": number(item.real_median, digits=3),
            "Reconstructed, spread": number(item.real_spread, digits=3),
            "Simulated, median": number(item.median, digits=3),
            "Simulated, spread": number(item.spread, digits=3),
            "Distance": f"{item.distance:.2f}",
            "Probability": f"{item.probability:.2g}",
        }
        for item in compared
    ]
    note = (
        f"{compared[0].entries} muons: {source}; genuine ones of quality Medium above 4 GeV. "
        "Spread: half the central 68 %. Distance: the largest of the cumulated distributions "
        "(Kolmogorov, Smirnov), and the probability of a larger one by chance: from 5 % on they "
        "agree, from 0.2 % on they are similar."
    )
    marks = [MARKS[item.verdict] for item in compared]
    return [Table("Simulated and reconstructed muons", pd.DataFrame(rows), note, marks)]
