"""Numbers of a default run that the documentation quotes.

A quote is a line or part of one with ``{}`` in place of its numbers: the documentation holds the
value, here stands where it comes from. A number is quoted rightly if it is that of the run within
one unit of its last digit. Numbers of other runs stand beside the command that makes them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
TAGGERS = "chains/soft_electrons/taggers_results.md"
STATISTICS = "chains/soft_electrons/statistics_results.md"
NUMBER = r"([-+−]?\d[\d,]*(?:\.\d+)?)"

SIGNALS = {
    "(103, 100)": "higgsino_103_100",
    "(128, 125)": "higgsino_128_125",
    "(153, 150)": "higgsino_153_150",
    "(155, 150)": "higgsino_155_150",
}
VARIATIONS = {
    "material +10 %": "material_up",
    "TRT occupancy +0.1": "occupancy_up",
    "calorimeter noise +20 %": "noise_up",
    "argon straws 35 %": "argon_up",
}
CATEGORIES = {
    "TRT and calorimeter": "trt_calorimeter",
    "calorimeter only": "calorimeter",
    "TRT only": "trt",
    "silicon only": "silicon",
}


@dataclass(frozen=True)
class Quote:
    """Text of a document with ``{}`` for each number, and the numbers of a run; None: not there."""

    document: str
    text: str
    values: tuple[float | None, ...]

    def quoted(self) -> tuple[str, ...]:
        """The numbers as they stand in the document.

        Raises
        ------
        ValueError : the text is not there, or more than once
        """
        pattern = re.escape(self.text).replace(r"\{\}", NUMBER).replace(r"\ ", r"\s+")
        found = list(re.finditer(pattern, (DOCS / self.document).read_text(encoding="utf-8")))
        if len(found) != 1 or len(found[0].groups()) != len(self.values):
            raise ValueError(f"docs/{self.document}: {len(found)} times {self.text!r}")
        return found[0].groups()

    def wrong(self) -> list[str]:
        """What is quoted differently from the run."""
        return [
            f"docs/{self.document}: {text}, {value} in the run: {self.text}"
            for text, value in zip(self.quoted(), self.values, strict=True)
            if value is None or not agrees(text, value)
        ]


def agrees(text: str, value: float) -> bool:
    """Whether a quoted number is the value within a unit of its last digit.

    >>> agrees("−0.52", -0.526), agrees("0.5", 0.62)
    (True, False)
    """
    plain = text.replace("−", "-").replace(",", "")
    unit = 10.0 ** -len(plain.partition(".")[2])
    return abs(float(plain) - value) <= unit * (1.0 + 1e-9)


BACKGROUNDS = ("wenu_jets", "wtaunu_jets")
FAKE_RATES = {"loose": 2.0, "medium": 1.0, "tight": 0.5, "tighter": 0.2}
"""Working point -> fake rate [%], as the default has them."""


def quotes(results: Path) -> Iterator[Quote]:
    """Everything the documentation quotes of a run."""
    statistics = {title: _statistics(results, point) for title, point in SIGNALS.items()}
    for title, (result, scan, _) in statistics.items():
        yield from _of_a_signal(title, result, scan)
    yield from _of_the_first_signal(statistics["(103, 100)"][0])
    yield from _of_all_signals([result for result, _, _ in statistics.values()])
    yield from _scans([scan for _, scan, _ in statistics.values()])
    yield _impacts(statistics["(153, 150)"][2])
    yield from _closure(
        [_read(results / f"selection/tag_rates/{name}.json") for name in BACKGROUNDS]
    )
    yield _forced([_read(results / f"selection/forced/{name}.json") for name in BACKGROUNDS])
    yield _chosen([result["choice"]["chosen"] for result, _, _ in statistics.values()])
    figures = results / "figures"
    yield from _taggers(_named(_read(figures / "tagger_comparison.json"), "tagger"))
    yield from _variations(_read(figures / "variations.json"))
    yield from _calibration(_read(figures / "calibration_curves_xgboost.json"))
    yield from _training(_read(figures / "training_comparison_xgboost.json"))
    yield from _importance(_read(figures / "importance_xgboost.json"))


def _of_a_signal(title: str, result: Any, scan: Any) -> Iterator[Quote]:
    approaches = _named(result["approaches"])
    compared = [approaches[name] for name in ("without_tagger", "matched_electron", "with_tagger")]
    matched = _gain(result, "with_tagger", "matched_electron")
    yield Quote(
        STATISTICS,
        f"| {title} | {{}}, {{}}, {{}} | {{}}, {{}}, {{}} | {{}} ± {{}}, {{}} ± {{}} |",
        (
            *(item["significances"]["s_over_sqrt_b"] for item in compared),
            *(None if item["limit"] is None else item["limit"]["expected"][2] for item in compared),
            *_estimate(matched["s_over_sqrt_b"]),
            *_estimate(matched["limit"]),
        ),
    )
    yield _tight(title, result)
    yield _headline(title, result)
    factors = _named(result["factors"], "approach")["with_tagger"]
    rest = ("one_candidate", "electron_share", "several_candidates", "hadrons_accepted")
    yield Quote(
        STATISTICS,
        f"| {title} | {{}} ± {{}} % | {{}} ± {{}} % |" + 5 * " {} ± {} |",
        (
            *_estimate(factors["efficiency"], 100.0),
            *_estimate(factors["fake_rate"], 100.0),
            *(value for name in (*rest, "s_over_sqrt_b") for value in _estimate(factors[name])),
        ),
    )
    gains = _named(scan["discriminants"])
    yield Quote(
        STATISTICS,
        f"| {title} | {{}} | {{}} | {{}} |\n",
        tuple(gains[name]["gain"] for name in ("mass", "score", "mass_score")),
    )


def _tight(title: str, result: Any) -> Quote:
    """The tagger at 0.5 % in the region of the reference study, at a mass point."""
    name, over = "tight_tag_rates", "matched_electron"
    form = f"| {title} | {{}} ± {{}}, {{}} ± {{}} | {{}} ± {{}} | {{}} ± {{}}, {{}} ± {{}} |"
    return Quote(STATISTICS, form, (*_found(result, name), *_gains(result, name, over)))


def _headline(title: str, result: Any) -> Quote:
    """The headline at a mass point, beside the match with the same cut."""
    name, over = result["headline"], "matched_azimuth"
    form = f"| {title} | {{}} ± {{}}, {{}} ± {{}} | {{}} ± {{}} | {{}} | {{}} ± {{}}, {{}} ± {{}} |"
    limit = _named(result["approaches"])[over]["limit"]
    median = None if limit is None else limit["expected"][2]
    return Quote(STATISTICS, form, (*_found(result, name), median, *_gains(result, name, over)))


def _found(result: Any, name: str) -> tuple[float | None, ...]:
    """Yields of signal and background, and the limit, with their errors."""
    approach = _named(result["approaches"])[name]
    yields = [approach[kind] for kind in ("signal", "background")]
    limit = _estimate(result["estimates"][name]["limit"])
    return (*(value for item in yields for value in (item["value"], item["error"])), *limit)


def _gains(result: Any, name: str, over: str) -> tuple[float | None, ...]:
    gain = _gain(result, name, over)
    return (*_estimate(gain["s_over_sqrt_b"]), *_estimate(gain["limit"]))


def _closure(rates: list[Any]) -> Iterator[Quote]:
    """Of the tag rates of both backgrounds at 0.5 %."""
    closures = [item["others"].get("tight", {}).get("closure", {}) for item in rates]
    totals = [closure.get("total", {}) for closure in closures]
    yield Quote(
        STATISTICS,
        "The rates close at 0.5 %: of W → eν {} candidates of either charge and any mass pass per "
        "fb⁻¹, {} ± {} are expected; of W → τν {}, and {} ± {}.",
        tuple(total.get(name) for total in totals for name in ("counted", "expected", "error")),
    )
    known = [closure.get("uncertainty") for closure in closures]
    percent = tuple(None if one is None else 100.0 * one for one in known)
    yield Quote(STATISTICS, "the rates' closure ({} and {} % at 0.5 %) is what limits", percent)


def _forced(reports: list[Any]) -> Quote:
    """Of the forced electrons of both backgrounds."""
    ratios: list[float | None] = []
    for report in reports:
        forced, natural = report["forced"], report["natural"]
        both = (forced["value"], natural["value"])
        ratio = both[0] / both[1] if all(both) else None
        relative = [item["relative_error"] for item in (forced, natural)]
        ratios += [ratio, None if ratio is None else ratio * math.hypot(*relative)]
    return Quote(
        STATISTICS,
        "Of these {} and {} effective ones are among the candidates of both charges, and they are "
        "{} ± {} and {} ± {} times as many as happened by themselves.",
        (*(report["forced"]["effective_events"] for report in reports), *ratios),
    )


def _chosen(choices: list[dict[str, str]]) -> Quote:
    """Fake rates of the headline [%], of even and odd events."""
    found = [FAKE_RATES[choice[half]] for choice in choices for half in ("even", "odd")]
    text = "Chosen were, for even and odd events, " + ", ".join(4 * ["{} and {} %"])
    return Quote(STATISTICS, text, tuple(found))


def _of_the_first_signal(result: Any) -> Iterator[Quote]:
    control = result["control"]
    same, opposite = (
        control["background"],
        _named(result["approaches"])[result["headline"]]["background"],
    )
    yield Quote(
        STATISTICS,
        "with the headline: {} ± {} background events with the same charge beside {} ± {} "
        "with the opposite one below 3 GeV ({} and {} simulated events), ratio {} ± {},",
        (
            *(same["value"], same["error"], opposite["value"], opposite["error"]),
            *(same["events"], opposite["events"], control["ratio"], control["ratio_error"]),
        ),
    )


def _of_all_signals(results: list[Any]) -> Iterator[Quote]:
    gains = [_gain(result, "with_tagger", "without_tagger") for result in results]
    both = [_estimate(gain[name])[0] for gain in gains for name in ("asimov", "limit")]
    yield Quote(STATISTICS, "the limit is larger, {} to {}.", _range(both))
    control = [result["control"]["gain"] for result in results]
    percent = [None if gain is None else 100.0 * (gain - 1.0) for gain in control]
    limits = [
        (result["control"]["limit"] or {}).get("expected", [None] * 5)[2] for result in results
    ]
    yield Quote(
        STATISTICS,
        "The limit gains {} to {} %, to {}, {}, {} and {}: the rates move",
        (*_range(percent), *limits),
    )
    signals = [result["control"]["signal"]["value"] for result in results]
    yield Quote(STATISTICS, "and {} to {} signal events there", _range(signals))
    regions = [
        region["background"]["value"] for result in results for region in result["approaches"]
    ]
    yield Quote(STATISTICS, "the smallest holds {} events.", (min(regions),))
    effective = [
        _named(result["approaches"])[result["headline"]]["background"]["effective_events"]
        for result in results
    ]
    yield Quote(STATISTICS, "counts as {} to {} effective events", _range(effective))


def _scans(scans: list[Any]) -> Iterator[Quote]:
    best = [_named(scan["optima"], "merit") for scan in scans]
    for merit, text in {
        "s_over_sqrt_b": "There s/√b is {} to {} ± {} times that at 5 %,",
        "limit": "the limit better by a factor of {} to {} ± {}.",
    }.items():
        gains = [_estimate(item[merit]["gain"]) if merit in item else (None, None) for item in best]
        values, errors = zip(*gains, strict=True)
        yield Quote(STATISTICS, text, (*_range(values), _range(errors)[1]))
    at = [{point["fake_rate"]: point for point in scan["points"]} for scan in scans]
    events = [point[0.005]["background"]["events"] for point in at]
    text = "a fake rate of 0.5 % with {} to {} simulated background events"
    yield Quote(STATISTICS, text, _range(events))
    known = [
        (point[0.05]["limit"], point[0.02]["limit"], point[0.02]["background"]["events"])
        for point in at
    ]
    ratios = [first["value"] / second["value"] for first, second, _ in known if first and second]
    text = "Firmer is 2 %, with {} to {} events: there the limit is {} to {} times better"
    yield Quote(STATISTICS, text, (*_range([item[2] for item in known]), *_range(ratios)))


def _impacts(fit: Any) -> Quote:
    found = {
        item["name"]: max(abs(item["up"]), abs(item["down"]))
        for item in (fit["diagnostics"] or {}).get("impacts", [])
    }
    total = ((fit["diagnostics"] or {}).get("expected") or {}).get("signal_strength_error")
    statistical = (size for name, size in found.items() if name.startswith("staterror"))
    of_the_background = ("background_normalisation", "variation_tag_rate")
    others = ("variation_isr", "signal_branching_fraction", "signal_cross_section")
    return Quote(
        STATISTICS,
        "(impacts of {} and {} on a total of {} at (153, 150)); the statistics of the simulated "
        "background has {}, initial-state radiation {}, and what is of the signal alone no more "
        "(branching fraction {}, cross-section {}).",
        (
            *(found.get(name) for name in of_the_background),
            *(total, max(statistical, default=None)),
            *(found.get(name) for name in others),
        ),
    )


def _taggers(compared: dict[str, Any]) -> Iterator[Quote]:
    network, trees = (compared[name]["bins"][:4] for name in ("keras", "xgboost"))
    efficiencies = [
        tuple(
            100.0 * number
            for found in (item["at_fake_rate"] for item in bins)
            for number in (found["value"], (found["high"] - found["low"]) / 2.0)
        )
        for bins in (network, trees)
    ]
    text = "| `keras`, the reference network |" + 4 * " {} ± {} % |" + 4 * " 1 |"
    yield Quote(TAGGERS, text, efficiencies[0])
    text = "| **`xgboost`**, the default |" + 4 * " **{} ± {} %** |" + 4 * " **{} ± {}** |"
    rejections = (number for item in trees for number in _estimate(item["relative_rejection"]))
    yield Quote(TAGGERS, text, (*efficiencies[1], *rejections))


def _variations(numbers: Any) -> Iterator[Quote]:
    for title, name in VARIATIONS.items():
        ratios = {item["label"]: item for item in numbers["ratios"] if item["variation"] == name}
        values: list[float | None] = []
        for label in ("signal", "background"):
            ratio = ratios.get(label, {"value": 5 * [None], "error": 5 * [None]})
            for value, error in zip(ratio["value"], ratio["error"], strict=True):
                values += [
                    None if value is None else 100.0 * (value - 1.0),
                    None if error is None else 100.0 * error,
                ]
        yield Quote(TAGGERS, f"| {title} |" + 10 * " {} ± {} |", tuple(values))


def _calibration(numbers: Any) -> Iterator[Quote]:
    fits = {
        curve["source"]: curve["fit"] or {}
        for curve in numbers["curves"]
        if curve["category"] == "all"
    }
    texts = {
        "training": "in events the models have not seen, {} ± {} and {} ± {}, as they must",
        "test": "test sample {} ± {} and {} ± {};",
        "pileup": "test sample with hadrons of pile-up alone {} ± {} and {} ± {}.",
    }
    for source, text in texts.items():
        names = ("slope", "slope_error", "intercept", "intercept_error")
        yield Quote(TAGGERS, text, tuple(fits[source].get(name) for name in names))


def _training(numbers: Any) -> Iterator[Quote]:
    areas = {name: item["area"] for name, item in numbers["differences"].items()}
    yield Quote(
        TAGGERS,
        "the AUC is larger by {} ± {} in events seen; by {} and {} in the categories without "
        "calorimeter, by {} and {} in those with it.",
        (
            *(areas["all"]["difference"], areas["all"]["error"]),
            *(areas[name]["difference"] for name in ("trt", "silicon")),
            *(areas[name]["difference"] for name in ("calorimeter", "trt_calorimeter")),
        ),
    )


def _importance(numbers: Any) -> Iterator[Quote]:
    document = (DOCS / TAGGERS).read_text(encoding="utf-8")
    measured = {item["category"]: _named(item["variables"]) for item in numbers["categories"]}
    controls = [
        variable["importance"]
        for variables in measured.values()
        for variable in variables.values()
        if variable["control"]
    ]
    text = "In the trees they have at most {} in any category"
    yield Quote(TAGGERS, text, (max(controls, default=None),))
    for title, category in CATEGORIES.items():
        (row,) = re.findall(rf"^\| {title} \| (`[^|]*) \|", document, re.MULTILINE)
        names = re.findall(r"`(\w+)`", row)
        yield Quote(
            TAGGERS,
            f"| {title} | " + ", ".join(f"`{name}` {{}}" for name in names) + " |",
            tuple(measured.get(category, {}).get(name, {}).get("importance") for name in names),
        )


def _statistics(results: Path, point: str) -> tuple[Any, Any, Any]:
    folder = results / "statistics" / point
    names = ("result.json", "working_point_scan.json", "fit.json")
    result, scan, fit = (_read(folder / name) for name in names)
    return result, scan, fit


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _named(items: list[Any], key: str = "name") -> dict[str, Any]:
    return {item[key]: item for item in items}


def _gain(result: Any, approach: str, over: str) -> Any:
    (gain,) = (
        item for item in result["gains"] if (item["approach"], item["over"]) == (approach, over)
    )
    return gain


def _estimate(estimate: Any, factor: float = 1.0) -> tuple[float | None, float | None]:
    if estimate is None or estimate["error"] is None:
        return None, None
    return factor * estimate["value"], factor * estimate["error"]


def _range(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else (None, None)
