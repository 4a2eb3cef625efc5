"""What the yield of each sample is made from, and where the numbers come from, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hepchain.figures.tabulate import Table, number
from hepchain.io.structured import read_records

NUMBERS = {
    "cross_section_pb": "Cross-section [pb]",
    "scale_factor": "Scale factor",
    "branching_fraction": "Branching fraction",
    "sum_of_weights": "Sum of weights",
}
DIGITS = 5


def read(paths: Iterable[str | Path]) -> list[dict[str, Any]]:
    """Content of ``normalisation.json`` of each sample.

    Raises
    ------
    InputError : a file is missing or lacks a key
    """
    keys = ("sample", "role", "weight_per_generated", "sources", *NUMBERS)
    return read_records(paths, lambda content: {key: content[key] for key in keys})


def table(samples: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Table:
    """A line for each sample: every factor of its yield with its source, and their product."""
    header = ["Sample", "Role"]
    for title in NUMBERS.values():
        header += [title, "from"]
    header += ["Events per fb⁻¹ before any cut", "Weight of an event [per fb⁻¹]"]
    rows = [_row(content, titles) for content in samples]
    note = (
        "Cross-section × factors is the number of events per fb⁻¹ before any cut; over the sum "
        "of weights of all generated events it is the weight of an event whose generator weight is "
        "1. configuration: samples of the config; generator: what the simulation counted; file: "
        "metadata of the ntuples. Training samples without a cross-section have the weights of "
        "their generator, with one they count relative to each other; data count once."
    )
    return Table("Normalisation of the samples", pd.DataFrame(rows, columns=header), note)


def _row(content: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    name, sources = content["sample"], content["sources"]
    row = [titles.get(name, name), content["role"]]
    for key in NUMBERS:
        row += [_text(content[key]), sources.get(key, "")]
    weight, total = content["weight_per_generated"], content["sum_of_weights"]
    normalised = content["cross_section_pb"] is not None and content["role"] != "training"
    expected = weight * total if normalised else None
    return [*row, _text(expected), _text(weight)]


def _text(value: float | None) -> str:
    return number(value, digits=DIGITS)
