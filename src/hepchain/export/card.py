"""The model card: what an exported tagger was made from, what it achieves and where it ends.

The idea is that of Mitchell et al., Model Cards for Model Reporting, FAT* 2019 (arXiv:1810.03993).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import metadata
from typing import Any

from hepchain.config.training import EVERY_CATEGORY
from hepchain.export.manifest import Manifest, Models
from hepchain.training.environment import versions

TITLES: dict[Models, str] = {
    "mean": "mean of the models of all folds, for any event the models have not seen",
    "fold": "model of the event's fold, as in the run",
}


@dataclass(frozen=True)
class Card:
    """Everything a card is made of."""

    manifest: Manifest
    run: Mapping[str, Any]
    """Variables, samples, seed and response of the run."""
    models: Mapping[str, Mapping[str, Any]]
    """``metadata.json`` of each model."""
    performance: Mapping[Models, Mapping[str, Any]]
    difference: float
    """Largest one between raw scores of exported models and of the run."""

    def numbers(self) -> dict[str, Any]:
        """Content of ``model_card.json``."""
        first = next(iter(self.models.values()))
        points = self.manifest.working_points["fold"].model_dump(mode="json")
        return {
            "tagger": self.manifest.tagger,
            "kind": self.manifest.kind,
            "licence": metadata("hepchain")["License-Expression"],
            "data": {
                "samples": self.run["samples"],
                "response": self.run["response"],
                "tracks": self.manifest.tracks.model_dump(mode="json"),
                "selection": first["tracks"],
            },
            "models": [_of_model(content) for content in self.models.values()],
            "settings": first["settings"],
            "seed": self.run["seed"],
            "versions": {
                "trained": _versions(self.models.values()),
                "exported": versions("hepchain", "onnx", "onnxruntime"),
            },
            "variables": self.run["variables"],
            "titles": self.run["titles"],
            "categories": {
                name: {"groups": list(category.groups), "trained": bool(category.models)}
                for name, category in self.manifest.categories.items()
            },
            "working_point": {
                key: points[key] for key in ("sample", "fake_rate", "denominator", "score")
            },
            "performance": dict(self.performance),
            "largest_difference": self.difference,
        }


def _versions(models: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Of each library; several where models were trained with different ones."""
    found: dict[str, set[str]] = {}
    for model in models:
        for library, version in model["versions"].items():
            found.setdefault(library, set()).add(version)
    return {library: " and ".join(sorted(versions)) for library, versions in found.items()}


def _of_model(content: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("category", "fold", "counts", "seed", "epochs", "best_epoch", "validation_auc")
    return {key: content[key] for key in keys}


def render(numbers: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    sections = {
        f"Tagger {numbers['tagger']}": _summary,
        "Performance": _performance,
        "Limits of validity": _limits,
        "Data": _data,
        "Training": _training,
        "Variables": _variables,
        "Software": _software,
    }
    pages = []
    for level, (title, section) in enumerate(sections.items()):
        pages.append("\n".join([f"{'##' if level else '#'} {title}", "", *section(numbers)]))
    return "\n\n".join(pages) + "\n"


def _summary(numbers: Mapping[str, Any]) -> Iterator[str]:
    trained = [name for name, entry in numbers["categories"].items() if entry["trained"]]
    unified = {model["category"] for model in numbers["models"]} == {EVERY_CATEGORY}
    each = (
        f"fold of events left out, for tracks of all categories ({', '.join(trained)})"
        if unified
        else f"category of tracks ({', '.join(trained)}) and fold of events left out"
    )
    yield (
        f"Tells {numbers['titles']['signal']} from other tracks. Kind: {numbers['kind']}; "
        f"{len(numbers['models'])} models, one for each {each}. Licence: {numbers['licence']}."
    )
    untrained = [name for name in numbers["categories"] if name not in trained]
    if untrained:
        yield ""
        yield f"Tracks of {', '.join(untrained)} have no model and never pass."


def _performance(numbers: Mapping[str, Any]) -> Iterator[str]:
    point = numbers["working_point"]
    yield (
        f"In sample {point['sample']}, {_seen(numbers)}. Threshold for a fake rate of "
        f"{100.0 * point['fake_rate']:g} %: {point['denominator']}. Ranges are 68 % intervals."
    )
    for name, title in TITLES.items():
        yield from _performance_of(title, numbers["performance"][name], numbers["titles"])


def _seen(numbers: Mapping[str, Any]) -> str:
    """Whether models have learnt from the sample that they are judged by."""
    if numbers["working_point"]["sample"] not in numbers["data"]["samples"]:
        return "which no model was trained on"
    return (
        "which each model was trained on but for the events of its fold: numbers and threshold of "
        "the mean of all models are of events that others of them have seen, and too good"
    )


def _performance_of(
    title: str, found: Mapping[str, Any], titles: Mapping[str, str]
) -> Iterator[str]:
    yield ""
    yield f"**Score by the {title}**: threshold {found['threshold']:.4f}."
    yield ""
    areas = {"all": found["area_under_curve"], **found["area_under_curve_by_category"]}
    yield from _table(
        ["category", "area under ROC curve"],
        [[name, _number(area, ".4f")] for name, area in areas.items()],
    )
    yield ""
    rows = [["all", found], *([_range(bin_["pt"]), bin_] for bin_ in found["pt_bins"])]
    yield from _table(
        ["pT [GeV]", titles["signal"], "efficiency", titles["background"], "fake rate"],
        [
            [
                name,
                str(entry["efficiency"]["tracks"]),
                _share(entry["efficiency"]),
                str(entry["fake_rate"]["tracks"]),
                _share(entry["fake_rate"]),
            ]
            for name, entry in rows
        ],
    )


def _limits(numbers: Mapping[str, Any]) -> Iterator[str]:
    samples, tracks = numbers["data"]["samples"], numbers["data"]["tracks"]
    titles, ignored = numbers["titles"], numbers["performance"]["mean"]["ignored"]
    if all(samples.values()):
        yield (
            f"- Trained on simulation only (parametrised detector response of "
            f"{numbers['data']['response']}); never compared with collision data."
        )
    else:
        brought = [name for name, simulated in samples.items() if not simulated]
        yield f"- Trained on events brought by the user: {', '.join(brought)}."
    yield (
        f"- Tracks with pT of {_range(tracks['pt'])} GeV, |eta| < {tracks['max_abs_eta']:g}"
        f"{''.join(_further_cuts(tracks))}. Others are not scored."
    )
    yield (
        f"- Trained to tell {titles['signal']} from {titles['background']}. Left out, and neither "
        f"in efficiency nor in fake rate: {titles['ignored']}. Share of these that passes: "
        f"{_share(ignored)}."
    )
    yield (
        f"- The fake rate is that of tracks of sample {numbers['working_point']['sample']}; "
        "another mixture of particles, pile-up or detector has another one at the same threshold."
    )


def _data(numbers: Mapping[str, Any]) -> Iterator[str]:
    names = (
        f"{name} ({'simulated' if simulated else 'brought by the user'})"
        for name, simulated in numbers["data"]["samples"].items()
    )
    yield f"Samples: {', '.join(names)}. Tracks each model learnt from:"
    yield ""
    classes = ("signal", "background")
    titles = (numbers["titles"][name] for name in classes)
    header = ["category", "without fold", *titles, "for stopping"]
    rows = []
    for model in numbers["models"]:
        training, stopping = model["counts"]["training"], model["counts"]["validation"]
        counts = [*(training[name] for name in classes), sum(stopping.values())]
        rows.append([model["category"], str(model["fold"]), *map(str, counts)])
    yield from _table(header, rows)


def _training(numbers: Mapping[str, Any]) -> Iterator[str]:
    balance = numbers["data"]["selection"]["balance"]
    yield from _table(
        ["setting", "value"], [[name, str(value)] for name, value in numbers["settings"].items()]
    )
    yield ""
    yield (
        "Classes weighted to one spectrum in bins of pT "
        f"{balance['pt_edges']} GeV and |eta| {balance['abs_eta_edges']}, weights up to "
        f"{balance['max_weight_ratio']:g} times the mean. Seed of the run: {numbers['seed']}."
    )
    yield ""
    header = ["category", "without fold", "seed", "epochs or trees", "kept", "validation AUC"]
    rows = [
        [
            *(str(model[key]) for key in ("category", "fold", "seed", "epochs", "best_epoch")),
            f"{model['validation_auc']:.4f}",
        ]
        for model in numbers["models"]
    ]
    yield from _table(header, rows)


def _variables(numbers: Mapping[str, Any]) -> Iterator[str]:
    for name, entry in numbers["categories"].items():
        yield f"- {name}: {' + '.join(entry['groups'])}"
    yield ""
    header = ["variable", "group", "unit", "transformation", "meaning"]
    rows = [
        [name, entry["group"], entry["unit"], entry["transformation"], entry["description"]]
        for name, entry in numbers["variables"].items()
    ]
    yield from _table(header, rows)


def _software(numbers: Mapping[str, Any]) -> Iterator[str]:
    for step, found in numbers["versions"].items():
        yield f"- {step} with {', '.join(f'{name} {version}' for name, version in found.items())}"
    yield (
        "- raw scores of the exported models and of the run differ by at most "
        f"{numbers['largest_difference']:.1e} (every track of the sample above)"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _range(bounds: Sequence[float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"


def _further_cuts(tracks: Mapping[str, Any]) -> Iterator[str]:
    if tracks["quality"] is not None:
        yield f", quality {tracks['quality']}"
    for key, quantity in (("max_abs_d0", "|d0|"), ("max_z0_sin_theta", "|z0 sin(theta)|")):
        if tracks[key] is not None:
            yield f", {quantity} < {tracks[key]:g} mm"


def _number(value: float | None, form: str) -> str:
    return "none" if value is None else format(value, form)


def _share(share: Mapping[str, Any]) -> str:
    if share["value"] is None:
        return "no tracks"
    return f"{share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f})"
