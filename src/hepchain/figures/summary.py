"""The key numbers of a run in tables, taken from the numbers beside the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from hepchain.figures.marks import EfficiencyMark
from hepchain.figures.points import FACTORS, reason
from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, number
from hepchain.io.structured import read_json

ALL = "all"
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Numbers:
    """Contents of the figures' JSON files."""

    shares: Sequence[Record]
    rocs: Sequence[Record]
    efficiencies: Sequence[Record]
    """One of each tagger."""
    sensitivity: Record


def read_numbers(
    shares: Path, rocs: Path, efficiencies: Sequence[Path], sensitivity: Path
) -> Numbers:
    """Read the files.

    Raises
    ------
    InputError : a file is missing or not JSON
    """
    return Numbers(
        read_json(shares),
        read_json(rocs),
        [read_json(path) for path in efficiencies],
        read_json(sensitivity),
    )


def tables(
    numbers: Numbers,
    things: Things,
    shares: Mapping[str, float],
    marks: Sequence[EfficiencyMark],
) -> list[Table]:
    """All tables; ``shares`` and ``marks`` are those of the reference study."""
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
        tagger_table(numbers.rocs, numbers.efficiencies, things),
        efficiency_table(numbers.efficiencies, things, marks),
        share_table(numbers.shares, things, shares),
    ]


def sensitivity_table(sensitivity: Record, things: Things) -> Table:
    """A line a mass point and approach: yields, significances, limit."""
    header = [
        "Signal",
        "approach",
        "s",
        "b",
        "s/b [%]",
        "s/√b",
        "Asimov",
        "Asimov, b exact",
        "limit on μ",
    ]
    points = sensitivity["points"]
    uses = [(point["name"], use) for point in points for use in _uses(point).values()]
    rows = [[things.title(name), *_approach_row(use)] for name, use in uses]
    if any(use["observed"] is not None for _, use in uses):
        header += ["observed", "observed limit", "observed significance"]
        rows = [[*row, *_observed(use)] for row, (_, use) in zip(rows, uses, strict=True)]
    level = f"{100 * points[0]['confidence_level']:g} % CL" if points else "CL"
    luminosity = f"{points[0]['luminosity']:g} fb-1" if points else ""
    note = (
        f"Expected events at {luminosity}, Asimov significance with and without the uncertainty of "
        f"the background, expected {level} limit on the signal strength [range of one standard "
        "deviation of the data]. ±: statistical error of the simulation. 'Not enough events': too "
        "few simulated events for a result. Simulation with an open detector response."
    )
    return Table("Sensitivity of each approach", header, rows, note)


def _uses(point: Record) -> dict[str, Record]:
    """Approach -> its numbers, in the order of the config."""
    return {name: point["uses"][name] for name in point["order"]}


def _approach_row(use: Record) -> list[str]:
    merits = [use[name] for name in ("s_over_b", "s_over_sqrt_b", "asimov", "asimov_statistical")]
    return [
        use["title"],
        *(number(use[what]["value"], use[what]["error"]) for what in ("signal", "background")),
        _scaled(merits[0], 100.0),
        *(number(value["value"], value["error"]) for value in merits[1:]),
        _limit(use),
    ]


def _observed(use: Record) -> list[str]:
    found = use["observed"]
    if found is None:  # an approach in which data cannot be counted
        return ["", "", ""]
    return [str(found["events"]), number(found["limit"]), number(found["significance"])]


def _scaled(value: Record, factor: float) -> str:
    if value["value"] is None:
        return number(None)
    error = value["error"]
    return number(factor * value["value"], None if error is None else factor * error)


def _limit(use: Record) -> str:
    if use["limit"] is None:
        return reason(use["status"])
    _, low, median, high, _ = use["limit"]
    return f"{number(median, use['limit_error'])} [{number(low)}, {number(high)}]"


GAINS = {
    "s_over_b": "s/b",
    "s_over_sqrt_b": "s/√b",
    "asimov": "Asimov",
    "asimov_statistical": "Asimov, b exact",
    "limit": "limit",
}


def gain_table(sensitivity: Record, things: Things) -> Table:
    """A line a mass point and pair of approaches."""
    header = ["Signal", "approach", "over", *GAINS.values(), "efficiency/√fake rate"]
    points = sensitivity["points"]
    rows = []
    for point in points:
        expected = number(sensitivity["expectation"].get(point["name"]))
        titles = {name: use["title"] for name, use in _uses(point).items()}
        ends = (next(iter(titles), ""), list(titles)[-1] if titles else "")
        for gain in point["gains"]:
            pair = (gain["over"], gain["approach"])
            numbers = [number(gain[name]["value"], gain[name]["error"]) for name in GAINS]
            first = [things.title(point["name"]), titles[pair[1]], titles[pair[0]]]
            rows.append([*first, *numbers, expected if pair == ends else ""])
    note = (
        "Ratio of each number; limits: that of the other over that of the approach, so that above "
        "one it helps. ±: statistical error of the simulation, from a bootstrap over events that "
        "keeps the correlation between approaches. The last column, for the last over the first, "
        "is the efficiency for all electron tracks of the signal over the root of the nominal fake "
        "rate."
    )
    return Table("Gain of each approach over those before", header, rows, note)


def factor_table(sensitivity: Record, things: Things) -> Table:
    """A line a mass point and approach: what makes its gain in s/√b over all candidates."""
    header = ["Signal", "approach", "efficiency", "fake rate", "efficiency/√fake rate"]
    header += ["× with electron", "× several candidates", "× hadrons accepted", "= gain s/√b"]
    rows = []
    for point in sensitivity["points"]:
        for name in point["order"]:
            factors = point["factors"].get(name)
            if factors is None:
                continue
            percent = [f"{_scaled(factors[key], 100.0)} %" for key in ("efficiency", "fake_rate")]
            rest = [factors[key] for key in FACTORS[2:]]
            cells = [*percent, *(number(item["value"], item["error"]) for item in rest)]
            title = point["uses"][name]["title"]
            rows.append([things.title(point["name"]), title, *cells])
    note = (
        "Efficiency of the electron candidates of the signal and fake rate of the candidates of "
        "the background in the mass window. With electron: share of the signal events that have an "
        "electron among their candidates; several candidates: root of the fake rate of candidates "
        "over that of events; hadrons accepted: signal events over those accepted for an electron."
    )
    return Table("Gain in s/√b over the candidate selection and its factors", header, rows, note)


def alternative_table(sensitivity: Record, things: Things) -> Table | None:
    """A line a mass point and alternative of an approach; None if there are none."""
    rows = []
    last = ""
    for point in sensitivity["points"]:
        titles = {name: use["title"] for name, use in _uses(point).items()}
        last = list(titles.values())[-1]
        for item in point["alternatives"]:
            values = [item[name] for name in ("signal", "background", "s_over_sqrt_b", "asimov")]
            after = [gain for gain in item["gains"] if "." in gain["over"]]
            gains = [gain[name] for gain in after for name in ("s_over_sqrt_b", "asimov")]
            cells = [number(value["value"], value["error"]) for value in (*values, *gains)]
            first = [things.title(point["name"]), titles[item["approach"]], item["title"]]
            rows.append([*first, *cells, *[""] * (6 - len(cells))])
    if not rows:
        return None
    header = ["Signal", "approach", "with", "s", "b", "s/√b", "Asimov"]
    header += [f"gain s/√b, {last} over it", f"gain Asimov, {last} over it"]
    note = "What is not known of an approach, varied; the config says where each comes from."
    return Table("Other assumptions", header, rows, note)


def toy_table(sensitivity: Record, things: Things) -> Table | None:
    """A line a mass point and approach with few events: limits from toys; None without any."""
    found = [
        (things.title(point["name"]), use)
        for point in sensitivity["points"]
        for use in _uses(point).values()
        if use["toys"] is not None
    ]
    if not found:
        return None
    header = ["Signal", "approach", "b", "formulas, limit on μ", "toys", "toys/formulas"]
    header += ["−2σ", "−1σ", "+1σ", "+2σ"]
    rows = [[title, *_toys(use)] for title, use in found]
    if any(use["observed"] is not None for _, use in found):
        header += ["observed, toys", "toys/formulas", "p-value, toys", "toys/formulas"]
        names = ("observed", "observed_ratio", "p_value", "p_value_ratio")
        rows = [
            [*row, *(_valued(use["toys"][name]) for name in names)]
            for row, (_, use) in zip(rows, found, strict=True)
        ]
    note = (
        "Few events are expected: limits from toys of the count of all events, with the sum in "
        "quadrature of the uncertainties, beside those of asymptotic formulas for the fit. Ratios "
        "are to formulas for the same count: of the median, then of the ends of the band. ±: from "
        "the number of toys."
    )
    return Table("Limits from toys", header, rows, note)


def _toys(use: Record) -> list[str]:
    toys = use["toys"]
    first = [use["title"], number(use["background"]["value"], use["background"]["error"])]
    if not toys["expected"]:
        return [*first, _limit(use), toys["status"], *[""] * 5]
    ends = [_valued(toys["ratios"][row]) for row in (0, 1, 3, 4)]
    return [
        *first,
        _limit(use),
        _valued(toys["expected"][2]),
        _valued(toys["ratios"][2]),
        *ends,
    ]


def _valued(value: Record) -> str:
    return number(value["value"], value["error"])


def control_table(sensitivity: Record, things: Things) -> Table | None:
    """A line a mass point: the last approach with the control region; None without it."""
    header = ["Signal", "s control", "b control", "b signal region/control", "limit on μ"]
    header.append("gain limit")
    rows = []
    for point in sensitivity["points"]:
        found = point["control"]
        if found is None:
            continue
        values = [found[name] for name in ("signal", "background", "ratio")]
        cells = [number(value["value"], value["error"]) for value in values]
        limit = _limit({**found, "limit_error": None})
        rows.append([things.title(point["name"]), *cells, limit, number(found["gain"])])
    if not rows:
        return None
    note = (
        "Last approach, background normalised by the candidates of the electron's own charge in "
        "place of its prior uncertainty; limit [range of one standard deviation of the data]."
    )
    return Table("With the same-sign control region", header, rows, note)


def tagger_table(rocs: Sequence[Record], efficiencies: Sequence[Record], things: Things) -> Table:
    """A line a set of tracks, columns a tagger: areas; then shares that pass."""
    taggers = [str(record["tagger"]) for record in efficiencies]
    areas = {(roc["category"], roc["tagger"]): (roc["auc"], roc["auc_error"]) for roc in rocs}
    names = [ALL, *things.categories]
    rows = [
        [
            f"AUC, {_category(name, things)}",
            *(number(*areas.get((name, t), (None, None))) for t in taggers),
        ]
        for name in names
    ]
    for label, title in (("electron", "electron efficiency"), ("hadron", "hadron fake rate")):
        shares = [_curve(record, label)["inclusive"] for record in efficiencies]
        rows.append([f"{title}, all categories", *(_share(share) for share in shares)])
    rate = f"{100 * efficiencies[0]['fake_rate']:g} %" if efficiencies else ""
    note = f"Test sample; efficiency and fake rate at the threshold of a fake rate of {rate}."
    return Table("Taggers", ["", *map(things.title, taggers)], rows, note)


def _category(name: str, things: Things) -> str:
    return "all categories" if name == ALL else things.title(name)


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
    header = ["pT [GeV]", *(things.title(r["tagger"]) for r in efficiencies), "reference study"]
    edges = efficiencies[0]["edges"] if efficiencies else []
    rows = []
    for index, (low, high) in enumerate(pairwise(edges)):
        cells = [_bin(_curve(record, "electron"), index) for record in efficiencies]
        rows.append([f"{low:g} to {high:g}", *cells, _reference(low, high, marks)])
    rate = f"{100 * efficiencies[0]['fake_rate']:g} %" if efficiencies else ""
    note = f"One threshold for all pT and categories, with a fake rate of {rate}."
    return Table("Electron efficiency", header, rows, note)


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
    header = ["Category", *(things.title(s["sample"]) for s in samples), "reference study"]
    rows = [
        [
            things.title(name),
            *(_share(sample["shares"][name]) for sample in samples),
            f"{100 * reference[name]:.1f} %" if name in reference else "",
        ]
        for name in things.categories
    ]
    total = 100 * sum(reference.values())
    note = f"Shares among electron tracks; the reference's add up to {total:.1f} %, as printed."
    return Table("Categories of tracks", header, rows, note)
