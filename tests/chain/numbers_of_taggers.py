"""Numbers of taggers that stand in several results."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from hepchain.io import read_parquet
from hepchain.labels import Label
from tests.chain.same_numbers import Fact, Found, Results, reader, tables

KINDS = {"signal": "electron", "background": "hadron"}
"""What figures call the classes -> the tracks that these are."""
BINNED = 2e-3
"""Areas from bins of the score and from all scores; thresholds of exported models and the run's."""


@reader("combination/*/{test sample}.parquet")
def scores(results: Results) -> Found:
    for path in sorted(results.folder.glob(f"combination/*/{results.test_sample}.parquet")):
        tagger = path.parent.name
        table = read_parquet(path, ["category", "label", "weight"])
        label, category = np.asarray(table["label"]), table["category"].to_numpy()
        for name in ("all", *results.run.training.categories):
            inside = (category == name) | (name == "all")
            for kind, of in (("electron", Label.SIGNAL), ("hadron", Label.BACKGROUND)):
                yield ("tracks", tagger, name, kind), int((inside & (label == of)).sum())


@reader("figures/roc.json", BINNED)
def roc(results: Results) -> Found:
    for curve in results.json("figures/roc.json"):
        yield ("area", curve["tagger"], curve["category"]), curve["auc"]


@reader("export/*/model_card.json", BINNED)
def card(results: Results) -> Found:
    for path in sorted(results.folder.glob("export/*/model_card.json")):
        numbers, tagger = json.loads(path.read_text()), path.parent.name
        found = numbers["performance"]["fold"]
        areas = {"all": found["area_under_curve"], **found["area_under_curve_by_category"]}
        for category, area in areas.items():
            yield ("area", tagger, category), area
        yield ("threshold", tagger, "all"), found["threshold"]
        for label, kind in (("electron", "efficiency"), ("hadron", "fake_rate")):
            yield ("passing", tagger, results.test_sample, label), found[kind]["value"]
            yield ("tracks", tagger, "all", label), found[kind]["tracks"]
            for bin_ in found["pt_bins"]:
                yield ("tracks", tagger, _range(bin_["pt"]), label), bin_[kind]["tracks"]
        for model in numbers["models"]:
            of = (tagger, model["category"], str(model["fold"]))
            yield ("kept step", *of), model["best_epoch"]
            yield ("training electrons", *of), model["counts"]["training"]["signal"]
            yield ("validation area", *of), model["validation_auc"]


@reader("export/*/MODEL_CARD.md")
def page(results: Results) -> Found:
    for path in sorted(results.folder.glob("export/*/MODEL_CARD.md")):
        # The card has both ways of scoring; that of the run, by fold, is the second.
        text = path.read_text().partition("model of the event's fold")[2]
        text = text.partition("\n## ")[0]
        for name, area in re.findall(r"^\| (\w+) \| (0\.\d+) \|$", text, re.MULTILINE):
            yield ("area", path.parent.name, name), area


@reader("training/*/*/*/metadata.json")
def metadata(results: Results) -> Found:
    for path in sorted(results.folder.glob("training/*/*/fold*/metadata.json")):
        content = json.loads(path.read_text())
        tagger, category, fold = path.parts[-4:-1]
        of = (tagger, category, fold.removeprefix("fold"))
        yield ("kept step", *of), content["best_epoch"]
        yield ("training electrons", *of), content["counts"]["training"]["signal"]
        yield ("validation area", *of), content["validation_auc"]


@reader("figures/loss_curves_*.json")
def loss_curves(results: Results) -> Found:
    for path in sorted(results.folder.glob("figures/loss_curves_*.json")):
        content = json.loads(path.read_text())
        for model in content["models"]:
            of = (content["tagger"], model["category"], str(model["fold"]))
            yield ("kept step", *of), model["best"]


@reader("combination/*/working_points.json")
def working_points(results: Results) -> Found:
    for path in sorted(results.folder.glob("combination/*/working_points.json")):
        content, tagger = json.loads(path.read_text()), path.parent.name
        yield ("threshold", tagger, "all"), content["overall"]
        overall = content["measured"]["overall"]
        yield ("passing", tagger, content["sample"], "hadron"), overall["fake_rate"]
        yield ("tracks", tagger, "all", "hadron"), overall["tracks"]
        edges = content["per_pt_bin"]["edges"]
        for low, high, point in zip(
            edges[:-1], edges[1:], content["measured"]["per_pt_bin"], strict=True
        ):
            yield ("threshold", tagger, _range((low, high))), point["threshold"]
            yield ("tracks", tagger, _range((low, high)), "hadron"), point["tracks"]


@reader("figures/score_*.json")
def score_figures(results: Results) -> Found:
    for path in sorted(results.folder.glob("figures/score_*.json")):
        content = json.loads(path.read_text())
        tagger = content["tagger"]
        yield ("threshold", tagger, "all"), content["threshold"]
        for name, threshold in content["own_thresholds"].items():
            yield ("threshold", tagger, name), threshold
        for label, kind in KINDS.items():
            for name, found in content["distributions"][label].items():
                yield ("tracks", tagger, name, kind), found["tracks"]


@reader("figures/efficiency_vs_pt_*.json")
def efficiencies(results: Results) -> Found:
    for path in sorted(results.folder.glob("figures/efficiency_vs_pt_*.json")):
        content = json.loads(path.read_text())
        for curve in content["curves"]:
            if curve["kind"] == "overall":
                category = () if curve["category"] == "all" else (curve["category"],)
                of = (content["tagger"], results.test_sample, KINDS[curve["label"]], *category)
                yield ("passing", *of), curve["inclusive"]["value"]
                yield from _of_curve(of, content["edges"], curve)


@reader("figures/dependence_*.json")
def dependence(results: Results) -> Found:
    for path in sorted(results.folder.glob("figures/dependence_*.json")):
        content = json.loads(path.read_text())
        yield ("threshold", content["tagger"], "all"), content["threshold"]
        for curve in content["curves"]:
            of = (content["tagger"], curve["sample"], KINDS[curve["label"]])
            yield ("passing", *of), curve["inclusive"]["value"]
            if curve["variable"] == "pt":
                yield from _of_curve(of, content["edges"]["pt"], curve)


def _of_curve(of: Fact, edges: list[float], curve: Mapping[str, Any]) -> Found:
    for low, high, value in zip(edges[:-1], edges[1:], curve["value"], strict=True):
        yield ("passing", *of, f"{low:g} to {high:g}"), value


@reader("figures/variations.json")
def variations(results: Results) -> Found:
    path = results.folder / "figures/variations.json"
    for label, values in (json.loads(path.read_text())["nominal"] if path.exists() else {}).items():
        yield ("passing", results.tagger, results.test_sample, KINDS[label]), values[0]


@reader("figures/fake_composition.json")
def fakes(results: Results) -> Found:
    content = results.json("figures/fake_composition.json")
    for row in content["rows"]:
        if (row["kind"], row["tracks"]) == ("all hadron tracks", "all"):
            yield ("passing", content["tagger"], row["sample"], "hadron"), row["rate"]["value"]


@reader("figures/tagger_comparison.json", BINNED)
def comparison(results: Results) -> Found:
    for tagger in results.json("figures/tagger_comparison.json"):
        yield ("area", tagger["tagger"], "all"), tagger["auc"]


@reader("figures/category_shares.json")
def shares(results: Results) -> Found:
    for found in results.json("figures/category_shares.json"):
        for category, share in found["shares"].items():
            yield ("share", found["sample"], category), share["value"]


@reader("features/*/summary-*.json")
def features(results: Results) -> Found:
    for folder in sorted(results.folder.glob("features/higgsino_*")):
        sums: dict[str, float] = {}
        for path in folder.glob("summary-*.json"):
            for category, labels in json.loads(path.read_text())["categories"].items():
                sums[category] = sums.get(category, 0.0) + labels["signal"]["weighted"]
        for category, value in sums.items():
            yield ("share", folder.name, category), value / sum(sums.values())


@reader("figures/summary.csv: taggers")
def summary(results: Results) -> Found:
    found = tables(results.folder / "figures/summary.csv")
    for row in found["Taggers"]:
        kind, _, title = row.pop("").partition(", ")
        category = "all" if title == "all categories" else results.name(title)
        for tagger, cell in row.items():
            passing = ("passing", results.name(tagger), results.test_sample, kind.split()[0])
            yield ("area", results.name(tagger), category) if kind == "AUC" else passing, cell
    for row in _without_reference(found["Electron efficiency"]):
        bin_ = row.pop("pT [GeV]")
        for tagger, cell in row.items():
            of = (results.name(tagger), results.test_sample, "electron", bin_)
            yield ("passing", *of), cell
    for row in _without_reference(found["Categories of tracks"]):
        category = results.name(row.pop("Category"))
        for sample, cell in row.items():
            yield ("share", results.name(sample), category), cell


def _without_reference(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: row[key] for key in row if key != "reference study"} for row in rows]


def _range(bounds: Any) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g} GeV"
