"""The tables of a submission that hold what figures show, from the numbers beside them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from hepchain.chains.soft_electrons.publication.tables import STATISTICAL, Names, spaced
from hepchain.publication.records import Number, Table, Uncertainty, Variable, or_missing

THRESHOLDS = {"overall": "one threshold", "per_pt_bin": "a threshold a bin of pT"}
CLASSES = {"signal": "Efficiency of electrons", "background": "Fake rate of hadrons"}
ROWS = ("without tagger", "with tagger")
"""Of the spectra of masses."""


def efficiencies(content: Mapping[str, Any], figure: str) -> Table:
    """Efficiency and fake rate of a tagger against pT, all categories together."""
    edges = content["edges"]
    columns = [
        _efficiency_column(curve, content)
        for label in CLASSES
        for curve in content["curves"]
        if curve["category"] == "all" and curve["label"] == label
    ]
    return Table(
        "Efficiency and fake rate",
        "Share of the tracks that pass the tagger, with 68 % intervals (Clopper and Pearson for "
        "the effective number of tracks).",
        [Variable("pT(track)", _bins(edges), "GEV")],
        columns,
        ["EFF"],
        figure,
        luminosity=False,
    )


def _efficiency_column(curve: Mapping[str, Any], content: Mapping[str, Any]) -> Variable:
    sides = [
        None if value is None else (low - value, high - value)
        for low, value, high in zip(curve["low"], curve["value"], curve["high"], strict=True)
    ]
    return Variable(
        CLASSES[curve["label"]],
        [or_missing(value) for value in curve["value"]],
        "",
        [Uncertainty(STATISTICAL, sides)],
        {
            "TAGGER": content["tagger"],
            "WORKING POINT": f"fake rate {content['fake_rate']:g}, {THRESHOLDS[curve['kind']]}",
        },
    )


def mass_spectra(content: Mapping[str, Any], names: Names) -> list[Table]:
    """Masses of candidates, without and with the tagger: backgrounds by component, and signals."""
    spectra = {
        **{f"background: {name}": item for name, item in content["background"].items()},
        **{names.of(name): item for name, item in content["signals"].items()},
    }
    low, high = content["veto"]
    rows = {title: content["titles"].index(title) for title in ROWS}
    return [
        Table(
            f"Mass {title}",
            f"Mass of track and electron, candidates {title}; those with {low:g} to {high:g} GeV "
            "are left out.",
            [Variable("m(track, e)", _bins(content["edges"]), "GEV")],
            [
                Variable(
                    "Expected candidates",
                    item["weighted"][row],
                    "",
                    [Uncertainty(STATISTICAL, item["error"][row])],
                    {"SAMPLE": name},
                )
                for name, item in spectra.items()
            ],
            ["DN/DM"],
            "mass",
        )
        for title, row in rows.items()
    ]


def contours(content: Mapping[str, Any], names: Names) -> list[Table]:
    """Lines of the plane of masses where the median limit is a given signal strength."""
    return [
        _contour(name, exclusion["strength"], lines, names)
        for name, exclusions in content["exclusions"].items()
        for exclusion in exclusions
        if (lines := exclusion["contours"].get("0"))
    ]


def _contour(approach: str, strength: float, lines: Sequence[Any], names: Names) -> Table:
    places = [(piece, *place) for piece, line in enumerate(lines, start=1) for place in line]
    return Table(
        f"Contour {strength:g} {spaced(approach)}",
        f"Where the median expected limit on the signal strength is {strength:g}, "
        f"{names.approaches[approach]}; a line may have several pieces.",
        [
            Variable("Piece", [piece for piece, _, _ in places]),
            Variable("m(N2)", [mass for _, mass, _ in places], "GEV"),
        ],
        [Variable("m(N2) - m(N1)", [splitting for _, _, splitting in places], "GEV")],
        ["CLS"],
        "mass_plane",
    )


def _bins(edges: Sequence[float]) -> list[tuple[Number, Number]]:
    return list(itertools.pairwise(edges))
