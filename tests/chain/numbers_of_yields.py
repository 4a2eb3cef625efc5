"""Numbers of the analysis that stand in several results."""

from __future__ import annotations

import json
from typing import Any

import pyarrow.parquet as pq

from tests.chain.same_numbers import Fact, Found, Results, reader, tables

MERITS = ("s_over_b", "s_over_sqrt_b", "asimov", "asimov_statistical")
COLUMNS = {"s/b": MERITS[0], "s/√b": MERITS[1], "Asimov": MERITS[2], "limit": "limit"}
"""Of the summary."""


@reader("selection/*.json")
def selection(results: Results) -> Found:
    ends = {"mass_veto": "without_tagger", "tagger": "with_tagger"}
    for path in sorted(results.folder.glob("selection/*.json")):
        for point, flow in json.loads(path.read_text()).items():
            for step in flow:
                weighted = results.run.statistics.luminosity * step["weighted"]
                of = (path.stem, point, step["title"])
                yield ("cut-flow", *of), weighted
                yield ("events", *of), step["events"]
                if step["cut"] in ends:
                    of = (path.stem, point, ends[step["cut"]])
                    yield ("yield", *of), weighted
                    yield ("simulated events", *of), step["events"]
                    yield ("candidates", *of), step["candidates"]


@reader("selection/*.parquet")
def selected(results: Results) -> Found:
    """What is counted is what the table of the selection has in the region of the point."""
    for path in sorted(results.folder.glob("selection/*.parquet")):
        table = pq.read_table(path).to_pandas()
        for region in (name for name in table if name.startswith("region_")):
            inside = table[table[region]]
            passing = inside[inside["passes_tagger"]]
            for name, rows in (("without_tagger", inside), ("with_tagger", passing)):
                of = (path.stem, region.removeprefix("region_"), name)
                events = rows.drop_duplicates("event_number")
                total = results.run.statistics.luminosity * events["weight"].sum()
                yield ("yield", *of), total
                yield ("simulated events", *of), len(events)
                yield ("candidates", *of), len(rows)


@reader("figures/cutflow.json")
def cut_flow(results: Results) -> Found:
    for flow in results.json("figures/cutflow.json"):
        for title, weighted in zip(flow["cuts"], flow["weighted"], strict=True):
            yield ("cut-flow", flow["sample"], flow["point"], title), weighted


@reader("figures/cutflow.csv")
def printed_cut_flow(results: Results) -> Found:
    for row in tables(results.folder / "figures/cutflow.csv")["Cut-flow"]:
        cut = row.pop("Requirement")
        for title, cell in row.items():
            sample, _, point = title.partition(" in the region of ")
            of = (results.name(sample), results.name(point or sample))
            yield ("cut-flow", *of, cut), cell


@reader("statistics/*/result.json")
def result(results: Results) -> Found:
    for point, content in results.points("result"):
        for use in content["approaches"]:
            name = use["name"]
            yield ("background", point, name), use["background"]["value"]
            for sample, found in {point: use["signal"], **use["backgrounds"]}.items():
                yield ("yield", sample, point, name), found["value"]
                if name in ("without_tagger", "with_tagger"):
                    yield ("simulated events", sample, point, name), found["events"]
            for merit in MERITS:
                yield ("merit", point, name, merit), use["significances"][merit]
            yield from _limits((point, name), content["sigmas"], use)
        control = content["control"] or {"limit": None, "background": {}, "gain": None}
        yield from _limits((point, "control region"), content["sigmas"], control)
        yield ("background", point, "control region"), control["background"].get("value")
        yield ("gain", point, "control region", "limit"), control["gain"]
        for gain in content["gains"]:
            for merit in (*MERITS, "limit"):
                of = (point, gain["approach"], gain["over"], merit)
                yield ("gain", *of), gain[merit] and gain[merit]["value"]


def _limits(of: Fact, sigmas: list[int], use: Any) -> Found:
    """The median, None where there is no limit, and the rest of the band where there is one."""
    expected = (use["limit"] or {}).get("expected")
    yield ("limit", *of), expected and expected[sigmas.index(0)]
    for sigma, limit in zip(sigmas, expected or [], strict=False):
        yield ("limit band", *of, f"{sigma:+}"), limit
    for sigma, toy in zip(sigmas, (use.get("toys") or {}).get("expected") or [], strict=False):
        yield ("limit from toys", *of, f"{sigma:+}"), toy["value"]


@reader("statistics/*/workspace_*.json")
def workspaces(results: Results) -> Found:
    for approach in results.run.statistics.approaches:
        for point, content in results.points(f"workspace_{approach}"):
            (channel,) = content["channels"]
            for sample in channel["samples"]:
                name = point if sample["name"] == "signal" else sample["name"]
                yield ("yield", name, point, approach), sum(sample["data"])
            if not results.run.blinding.open:
                yield ("background", point, approach), sum(content["observations"][0]["data"])


@reader("statistics/*/working_point_scan.json")
def scan(results: Results) -> Found:
    for point, content in results.points("working_point_scan"):
        for item in content["points"]:
            if item["fake_rate"] == content["nominal"]:
                yield ("threshold", content["tagger"], "all"), item["threshold"]
                yield ("yield", point, point, "with_tagger"), item["signal"]["value"]
                yield ("background", point, "with_tagger"), item["background"]["value"]


@reader("statistics/*/fit.json")
def fit(results: Results) -> Found:
    for point, content in results.points("fit"):
        if content["diagnostics"]:
            for sample, bins in content["diagnostics"]["before"]["samples"].items():
                name = point if sample == "signal" else sample
                yield ("yield", name, point, content["approach"]), sum(bins)
            yield from _fits(point, content["diagnostics"])


def _fits(point: str, diagnostics: Any) -> Found:
    for kind in ("background_only", "signal_and_background", "expected"):
        fit = diagnostics[kind]
        yield ("fit", point, kind, "mu"), fit["signal_strength"]
        yield ("fit", point, kind, "error of mu"), fit["signal_strength_error"]
        yield ("fit", point, kind, "p-value"), fit["p_value"]
        for pull in fit["pulls"]:
            yield ("fit", point, kind, "pull", pull["name"]), pull["pull"]
            yield ("fit", point, kind, "constraint", pull["name"]), pull["constraint"]
    for impact in diagnostics["impacts"]:
        for side in ("up", "down"):
            yield ("fit", point, "impact", impact["name"], side), impact[side]
    for closure in diagnostics["closure"]:
        yield ("fit", point, "closure", f"{closure['injected']:g}"), closure["fitted"]


def _of_points(points: list[Any]) -> Found:
    for point in points:
        for name, use in point["uses"].items():
            yield ("yield", point["name"], point["name"], name), use["signal"]["value"]
            yield ("background", point["name"], name), use["background"]["value"]
            for merit in MERITS:
                yield ("merit", point["name"], name, merit), use[merit]["value"]
            if use["limit"]:
                yield ("limit", point["name"], name), use["limit"][len(use["limit"]) // 2]
        for gain in point["gains"]:
            for merit in (*MERITS, "limit"):
                of = (point["name"], gain["approach"], gain["over"], merit)
                yield ("gain", *of), gain[merit]["value"]


@reader("figures/yields.json")
def yields(results: Results) -> Found:
    yield from _of_points(results.json("figures/yields.json"))


@reader("figures/sensitivity.json")
def sensitivity(results: Results) -> Found:
    yield from _of_points(results.json("figures/sensitivity.json")["points"])


@reader("figures/summary.csv")
def summary(results: Results) -> Found:
    found = tables(results.folder / "figures/summary.csv")
    for row in found["Sensitivity of each approach"]:
        point, approach = results.name(row["Signal"]), results.name(row["approach"])
        yield ("yield", point, point, approach), row["s"]
        yield ("background", point, approach), row["b"]
        yield ("limit", point, approach), row["limit on μ"]
        yield ("merit", point, approach, "s_over_sqrt_b"), row["s/√b"]
        yield ("merit", point, approach, "asimov"), row["Asimov"]
    (gains,) = [rows for title, rows in found.items() if title.startswith("Gain of each approach")]
    for row in gains:
        of = tuple(results.name(row[key]) for key in ("Signal", "approach", "over"))
        for column, merit in COLUMNS.items():
            yield ("gain", *of, merit), row[column]


@reader("summary.json")
def headline(results: Results) -> Found:
    """Errors, of which no other file has all, are told as numbers of their own."""
    for name, number in results.json("summary.json").items():
        kind, *of = name.split("/")
        yield _fact(results, kind, of), number["value"]
        yield ("error", name), number["error"]


def _fact(results: Results, kind: str, of: list[str]) -> Fact:
    if kind == "auc":
        return ("area", *of)
    if kind in ("efficiency", "fake_rate"):
        label = "electron" if kind == "efficiency" else "hadron"
        bins = [bin_.removeprefix("pt_").replace("_", " to ") for bin_ in of[1:] if bin_ != "all"]
        return ("passing", of[0], results.test_sample, label, *bins)
    if kind == "limit_gain":
        return ("gain", *of, "limit")
    if kind == "closure_p_value":
        return ("closure", *of)
    if kind in ("effective_forced_electrons", "forced_over_natural"):
        return (kind.replace("_", " "), *of)
    if kind == "limit_mu_with_same_sign":
        return ("limit with same sign", *of)
    point, approach = of
    kinds = {
        "effective_background": ("effective background", point, approach),
        "limit_mu": ("limit", point, approach),
        "signal": ("yield", point, point, approach),
        "background": ("background", point, approach),
        "significance": ("merit", point, approach, "asimov"),
    }
    return kinds[kind]
