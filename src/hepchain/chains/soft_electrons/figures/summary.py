"""The key numbers of a run in tables, taken from the numbers beside the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from hepchain.chains.soft_electrons.figures.point_tables import (
    Record,
    alternative_table,
    control_table,
    factor_table,
    gain_table,
    sensitivity_table,
    toy_table,
)
from hepchain.config.figures import EfficiencyMark, ReferenceStudy
from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, number

ALL = "all"


@dataclass(frozen=True)
class Numbers:
    """Contents of the figures' JSON files; without truth none of tracks."""

    shares: Sequence[Record]
    rocs: Sequence[Record]
    efficiencies: Sequence[Record]
    """One of each tagger."""
    sensitivity: Record
    rates: Mapping[str, Record]
    """Background -> closure of the tag rates of its hadrons."""
    forced: Mapping[str, Record] = field(default_factory=dict)
    """Background -> yields of its forced electrons, and of those that happened by themselves."""


def tables(
    numbers: Numbers,
    things: Things,
    reference: ReferenceStudy,
) -> list[Table]:
    """All tables, beside the numbers of the reference study."""
    optional = (
        alternative_table(numbers.sensitivity, things),
        toy_table(numbers.sensitivity, things),
        control_table(numbers.sensitivity, things),
    )
    return [
        sensitivity_table(numbers.sensitivity, things),
        gain_table(numbers.sensitivity, things),
        factor_table(numbers.sensitivity, things),
        *(table for table in optional if table),
        *(_of_tracks(numbers, things, reference) if numbers.efficiencies else ()),
    ]


def _of_tracks(numbers: Numbers, things: Things, reference: ReferenceStudy) -> list[Table]:
    return [
        tagger_table(numbers.rocs, numbers.efficiencies, things),
        efficiency_table(numbers.efficiencies, things, reference.efficiency),
        share_table(numbers.shares, things, reference.category_shares),
    ]


def tagger_table(rocs: Sequence[Record], efficiencies: Sequence[Record], things: Things) -> Table:
    """A line a set of tracks, columns a tagger: areas; then shares that pass."""
    areas = {(roc["category"], roc["tagger"]): (roc["auc"], roc["auc_error"]) for roc in rocs}
    columns = []
    for record in efficiencies:
        cells = {
            f"AUC, {things.title(name)}": number(*areas.get((name, record["tagger"]), (None, None)))
            for name in (ALL, *things.categories)
        }
        for label, title in (("signal", "electron efficiency"), ("background", "hadron fake rate")):
            cells[f"{title}, all categories"] = _share(_curve(record, label)["inclusive"])
        columns.append(pd.Series(cells, name=things.title(record["tagger"])))
    rate = f"{100 * efficiencies[0]['fake_rate']:g} %" if efficiencies else ""
    note = f"Test sample; efficiency and fake rate at the threshold of a fake rate of {rate}."
    return Table("Taggers", _beside(columns).rename_axis("").reset_index(), note)


def _beside(columns: Sequence[pd.Series[str]]) -> pd.DataFrame:
    """Columns side by side; two may have the same title."""
    return pd.concat(columns, axis="columns") if columns else pd.DataFrame()


def _curve(record: Record, label: str) -> Record:
    wanted = (ALL, label, "overall")
    curves: Sequence[Record] = record["curves"]
    return next(c for c in curves if (c["category"], c["label"], c["kind"]) == wanted)


def _share(share: Record) -> str:
    if share["value"] is None:
        return "–"
    return number(100 * share["value"], 50 * (share["high"] - share["low"])) + " %"


def efficiency_table(
    efficiencies: Sequence[Record], things: Things, marks: Sequence[EfficiencyMark]
) -> Table:
    """A line a bin of pT, columns the taggers and the reference."""
    bins = list(pairwise(efficiencies[0]["edges"])) if efficiencies else []
    columns = [pd.Series([f"{low:g} to {high:g}" for low, high in bins], name="pT [GeV]")]
    for record in efficiencies:
        curve, title = _curve(record, "signal"), things.title(record["tagger"])
        columns.append(pd.Series([_bin(curve, row) for row in range(len(bins))], name=title))
    columns.append(pd.Series([_reference(*pt, marks) for pt in bins], name="reference study"))
    rate = f"{100 * efficiencies[0]['fake_rate']:g} %" if efficiencies else ""
    note = f"One threshold for all pT and categories, with a fake rate of {rate}."
    return Table("Electron efficiency", _beside(columns), note)


def _bin(curve: Record, index: int) -> str:
    return _share({name: curve[name][index] for name in ("value", "low", "high")})


def _reference(low: float, high: float, marks: Sequence[EfficiencyMark]) -> str:
    for mark in marks:
        if mark.pt[0] == mark.pt[1]:
            inside = low <= mark.pt[0] < high
        else:
            inside = mark.pt[0] <= low and high <= mark.pt[1]
        if inside and mark.high is None:
            return f"≥ {100 * mark.low:g} %"
        if inside and mark.high is not None:
            same = mark.high == mark.low
            return f"{100 * mark.low:g}" + ("" if same else f" to {100 * mark.high:g}") + " %"
    return ""


def share_table(samples: Sequence[Record], things: Things, reference: Mapping[str, float]) -> Table:
    """A line a category, columns the samples and the reference."""
    names = list(things.categories)
    columns = [pd.Series([things.title(name) for name in names], name="Category")]
    for sample in samples:
        shares = [_share(sample["shares"][name]) for name in names]
        columns.append(pd.Series(shares, name=things.title(sample["sample"])))
    known = [f"{100 * reference[name]:.1f} %" if name in reference else "" for name in names]
    columns.append(pd.Series(known, name="reference study"))
    total = 100 * sum(reference.values())
    note = f"Shares among electron tracks; the reference's add up to {total:.1f} %, as printed."
    return Table("Categories of tracks", _beside(columns), note)
