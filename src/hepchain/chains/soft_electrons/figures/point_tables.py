"""Tables of the mass points: yields, significances, limits and gains of each approach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hepchain.chains.soft_electrons.figures.points import MERITS, reason
from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, estimated, number

Record = Mapping[str, Any]
"""Numbers of a figure as its JSON file has them."""
GAINS = {
    "s_over_b": "s/b",
    "s_over_sqrt_b": "s/√b",
    "asimov": "Asimov",
    "asimov_statistical": "Asimov, b exact",
    "limit": "limit",
}


def sensitivity_table(sensitivity: Record, things: Things) -> Table:
    """A line a mass point and approach: yields, significances, limit."""
    points = sensitivity["points"]
    uses = [(point["name"], use) for point in points for use in _uses(point).values()]
    rows = [{"Signal": things.title(name), **_approach_row(use)} for name, use in uses]
    if any(use["observed"] is not None for _, use in uses):
        rows = [row | _observed(use) for row, (_, use) in zip(rows, uses, strict=True)]
    level = f"{100 * points[0]['confidence_level']:g} % CL" if points else "CL"
    luminosity = f"{points[0]['luminosity']:g} fb-1" if points else ""
    note = (
        f"Expected events at {luminosity}, Asimov significance with and without the uncertainty of "
        f"the background, expected {level} limit on the signal strength [range of one standard "
        "deviation of the data]. ±: statistical error of the simulation. 'Not enough events': too "
        "few simulated events for a result. Simulation with an open detector response."
    )
    return Table("Sensitivity of each approach", pd.DataFrame(rows), note)


def _uses(point: Record) -> dict[str, Record]:
    """Approach -> its numbers, in the order of the config."""
    return {name: point["uses"][name] for name in point["order"]}


def _approach_row(use: Record) -> dict[str, str]:
    return {
        "approach": use["title"],
        "s": estimated(use["signal"]),
        "b": estimated(use["background"]),
        "s/b [%]": estimated(use["s_over_b"], 100.0),
        **{GAINS[name]: estimated(use[name]) for name in MERITS[1:]},
        "limit on μ": _limit(use),
    }


def _observed(use: Record) -> dict[str, str]:
    found = use["observed"]
    if found is None:  # an approach in which data cannot be counted
        return {"observed": "", "observed limit": "", "observed significance": ""}
    return {
        "observed": str(found["events"]),
        "observed limit": number(found["limit"]),
        "observed significance": number(found["significance"]),
    }


def _limit(use: Record) -> str:
    if use["limit"] is None:
        return reason(use["status"])
    _, low, median, high, _ = use["limit"]
    return f"{number(median, use['limit_error'])} [{number(low)}, {number(high)}]"


FACTOR_TITLES = {
    "one_candidate": "efficiency/√fake rate",
    "electron_share": "× with electron",
    "several_candidates": "× several candidates",
    "hadrons_accepted": "× hadrons accepted",
    "s_over_sqrt_b": "= gain s/√b",
}


def gain_table(sensitivity: Record, things: Things) -> Table:
    """A line a mass point and pair of approaches."""
    baseline, headline = _ends(sensitivity)
    rows = []
    for point in sensitivity["points"]:
        expected = number(sensitivity["expectation"].get(point["name"]))
        titles = {name: use["title"] for name, use in _uses(point).items()}
        ends = (point["baseline"], point["headline"])
        for gain in point["gains"]:
            pair = (gain["over"], gain["approach"])
            rows.append(
                {
                    "Signal": things.title(point["name"]),
                    "approach": titles[pair[1]],
                    "over": titles[pair[0]],
                    **{title: estimated(gain[name]) for name, title in GAINS.items()},
                    "efficiency/√fake rate": expected if pair == ends else "",
                }
            )
    note = (
        "Ratio of each number; limits: that of the other over that of the approach, so that above "
        "one it helps. ±: statistical error of the simulation, from a bootstrap over events that "
        f"keeps the correlation between approaches. The last column, for {headline} over "
        f"{baseline}, is the efficiency for all electron tracks of the signal over the root of "
        "the fake rate, both at its working point."
    )
    title = f"Gain of each approach over {baseline}, and of {headline} over each"
    columns = ["Signal", "approach", "over", *GAINS.values(), "efficiency/√fake rate"]
    return Table(title, pd.DataFrame(rows, columns=columns), note)


def _ends(sensitivity: Record) -> tuple[str, str]:
    """Titles of baseline and headline."""
    for point in sensitivity["points"]:
        baseline, headline = (point["uses"][point[key]] for key in ("baseline", "headline"))
        return str(baseline["title"]), str(headline["title"])
    return "the baseline", "the headline"


def factor_table(sensitivity: Record, things: Things) -> Table:
    """A line a mass point and approach: what makes its gain in s/√b over all candidates."""
    rows = []
    for point in sensitivity["points"]:
        for name in point["order"]:
            factors = point["factors"].get(name)
            if factors is None:
                continue
            rows.append(
                {
                    "Signal": things.title(point["name"]),
                    "approach": point["uses"][name]["title"],
                    "efficiency": f"{estimated(factors['efficiency'], 100.0)} %",
                    "fake rate": f"{estimated(factors['fake_rate'], 100.0)} %",
                    **{title: estimated(factors[key]) for key, title in FACTOR_TITLES.items()},
                }
            )
    note = (
        "Efficiency of the electron candidates of the signal and fake rate of the candidates of "
        "the background in the mass window. With electron: share of the signal events that have an "
        "electron among their candidates; several candidates: root of the fake rate of candidates "
        "over that of events; hadrons accepted: signal events over those accepted for an electron."
    )
    columns = ["Signal", "approach", "efficiency", "fake rate", *FACTOR_TITLES.values()]
    title = "Gain in s/√b over the candidate selection and its factors"
    return Table(title, pd.DataFrame(rows, columns=columns), note)


def alternative_table(sensitivity: Record, things: Things) -> Table | None:
    """A line a mass point and alternative of an approach; None if there are none."""
    rows = []
    headline = _ends(sensitivity)[1]
    for point in sensitivity["points"]:
        titles = {name: use["title"] for name, use in _uses(point).items()}
        for item in point["alternatives"]:
            after = [gain for gain in item["gains"] if "." in gain["over"]]
            over = {
                f"gain {GAINS[name]}, {headline} over it": estimated(after[0][name])
                if after
                else ""
                for name in ("s_over_sqrt_b", "asimov")
            }
            rows.append(
                {
                    "Signal": things.title(point["name"]),
                    "approach": titles[item["approach"]],
                    "with": item["title"],
                    "s": estimated(item["signal"]),
                    "b": estimated(item["background"]),
                    "s/√b": estimated(item["estimates"]["s_over_sqrt_b"]),
                    "Asimov": estimated(item["estimates"]["asimov"]),
                    **over,
                }
            )
    if not rows:
        return None
    note = "What is not known of an approach, varied; the config says where each comes from."
    return Table("Other assumptions", pd.DataFrame(rows), note)


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
        rows = [
            [*row, *_with_ratio(use["toys"]["observed"]), *_with_ratio(use["toys"]["p_value"])]
            for row, (_, use) in zip(rows, found, strict=True)
        ]
    note = (
        "Few events are expected: limits from toys of the count of all events, with the sum in "
        "quadrature of the uncertainties, beside those of asymptotic formulas for the fit. Ratios "
        "are to formulas for the same count: of the median, then of the ends of the band. ±: from "
        "the number of toys."
    )
    return Table("Limits from toys", pd.DataFrame(rows, columns=header), note)


def _toys(use: Record) -> list[str]:
    toys = use["toys"]
    first = [use["title"], estimated(use["background"])]
    if not toys["expected"]:
        return [*first, _limit(use), toys["status"], *[""] * 5]
    low2, low1, median, high1, high2 = (_with_ratio(item) for item in toys["expected"])
    return [*first, _limit(use), *median, *(end[1] for end in (low2, low1, high1, high2))]


def _with_ratio(found: Record | None) -> tuple[str, str]:
    """A number and its ratio, each with its error."""
    if found is None:
        return number(None), number(None)
    return estimated(found), estimated({"value": found["ratio"], "error": found["ratio_error"]})


def control_table(sensitivity: Record, things: Things) -> Table | None:
    """A line a mass point: the headline with the control region; None without it."""
    rows = [
        {
            "Signal": things.title(point["name"]),
            "s control": estimated(found["signal"]),
            "b control": estimated(found["background"]),
            "b signal region/control": number(found["ratio"], found["ratio_error"]),
            "limit on μ": _limit(
                found | {"limit_error": None, "limit": (found["limit"] or {}).get("expected")}
            ),
            "gain limit": number(found["gain"]),
        }
        for point in sensitivity["points"]
        if (found := point["control"]) is not None
    ]
    if not rows:
        return None
    note = (
        f"{_ends(sensitivity)[1]}: background normalised by the candidates of the electron's own "
        "charge in place of its prior uncertainty; limit [range of one standard deviation of the "
        "data]."
    )
    return Table("With the same-sign control region", pd.DataFrame(rows), note)
