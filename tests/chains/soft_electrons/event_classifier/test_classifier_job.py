"""The job: gains at a point left out, no gain without information, reproducible, blind to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.event_classifier.job import (
    ClassifierOutputs,
    evaluate,
    run_event_classifier,
)
from hepchain.chains.soft_electrons.event_classifier.models import Models, separate, train
from hepchain.chains.soft_electrons.event_classifier.results import verdict
from hepchain.chains.soft_electrons.statistics.point import MassPoint
from hepchain.io.structured import read_json
from hepchain.statistics import region
from hepchain.statistics.binned import Bins, binned_limit
from hepchain.statistics.bootstrap import Estimate
from hepchain.statistics.inference import Limit
from hepchain.statistics.workspace import SIGNAL, Specification
from tests.chains.soft_electrons.event_classifier.classifier_toys import CONFIG, SPLITTINGS, Files
from tests.chains.soft_electrons.statistics.statistics_samples import configured

POINT = MassPoint("heavy", HiggsinoMasses(n2=153.0, n1=150.0), tagger="trees")
STATISTICS = configured(bootstrap_replicas=100)


def models(files: Files, **changed: dict[str, Any]) -> Models:
    inputs = files.write(**changed)
    signals = {name: path for name, path in inputs.signals.items() if name != POINT.name}
    return train(signals, inputs.backgrounds, POINT.name, SPLITTINGS, CONFIG, 2, seed=3)


def saved(found: Models, folder: Path) -> list[bytes]:
    folder.mkdir()
    for number, model in enumerate(found.folds):
        (folder / f"{number}.ubj").write_bytes(model.trees.content())
    return [path.read_bytes() for path in sorted(folder.glob("*.ubj"))]


def quick_limit(workspace: Specification, confidence_level: float) -> Limit:
    """In place of fits, which take seconds: the same model without uncertainties of the signal."""
    signal, background = (item for item in workspace["channels"][0]["samples"])
    (errors,) = (m["data"] for m in background["modifiers"] if m["type"] == "staterror")
    counts = (signal["data"], background["data"], np.square(errors))
    bins = Bins(*(np.array([row]) for row in counts))
    middle = binned_limit(bins, STATISTICS.background_uncertainty, confidence_level)[0]
    return Limit(tuple(middle * 2.0**step for step in (-1, -0.5, 0, 0.5, 1)), (0, 9), "newton")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Signal and background far apart in the azimuth of the electron."""
    folder = tmp_path_factory.mktemp("job")
    inputs = Files(folder).write()
    result = folder / "result.json"
    outputs = ClassifierOutputs(result, [folder / "fold0.ubj", folder / "fold1.ubj"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(region, "expected_limit", quick_limit)
        run_event_classifier(inputs, outputs, POINT, SPLITTINGS, CONFIG, STATISTICS, seed=3)
    assert all(path.stat().st_size for path in outputs.models)
    content: dict[str, Any] = read_json(result)
    return content


def test_the_topology_helps_where_it_differs(run: dict[str, Any]) -> None:
    gains = {(item["discriminant"], item["over"]): item for item in run["gains"]}
    for name in ("classifier", "classifier_count"):
        assert gains[name, "count"]["verdict"] == "better"
    assert run["separation"]["classifier"] > run["separation"]["score"] + 0.05


def test_trees_of_other_random_numbers_are_not_the_same_but_alike(run: dict[str, Any]) -> None:
    found = run["retrained"]
    (other,) = found["others"]
    assert found["gain"] != other
    assert other == pytest.approx(found["gain"], rel=0.3)
    assert found["spread"] == pytest.approx(abs(found["gain"] - other) / np.sqrt(2))


def test_the_result_names_what_was_learnt_from(run: dict[str, Any]) -> None:
    assert run["trained_on"] == {"light": 3.0, "wide": 5.0}
    assert run["inputs"]["transverse_mass"] + run["inputs"]["delta_phi_electron_met"] > 0.2
    assert sum(run["inputs"].values()) == pytest.approx(1.0)
    names = [item["name"] for item in run["discriminants"]]
    assert names == [
        "count",
        "count_azimuth",
        "both",
        "score_bins",
        "classifier_count",
        "classifier",
    ]


def test_fits_have_the_uncertainties_of_the_workflow(run: dict[str, Any]) -> None:
    for item in run["discriminants"]:
        assert item["result"]["status"] == "ok"
        variations = item["result"]["variations"]
        assert {v["sample"] for v in variations} == {SIGNAL, "background"}
        assert [v["change"] for v in variations] == pytest.approx([0.05, 0.05])


def test_without_information_in_the_event_there_is_no_separation(tmp_path: Path) -> None:
    """Signal and background alike but for the tagger's score."""
    files = Files(tmp_path, apart=0.0)
    found = models(files)
    separation = separate(
        found, evaluate(files.write(), POINT, found, CONFIG, STATISTICS).samples.nominal
    )
    assert separation.classifier - separation.score == pytest.approx(
        0.0, abs=max(3 * separation.error, 0.03)
    )
    assert separation.training >= separation.inner


def test_the_model_does_not_change_with_the_point_left_out(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    first = saved(models(files), tmp_path / "first")
    number = len(files.columns(1, "heavy")["mass"])
    changed = {"score": np.full(number, 5.0), "electron_phi": np.full(number, 3.0)}
    assert saved(models(files, heavy=changed), tmp_path / "second") == first
    assert saved(models(files, light=changed), tmp_path / "third") != first


def test_neither_order_nor_repetition_change_models_and_bins(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    shuffled = replace(files, folder=tmp_path / "shuffled", shuffled=True)
    assert saved(models(files), tmp_path / "one") == saved(models(shuffled), tmp_path / "two")
    numbers = []
    for each in (files, shuffled):
        inputs, found = each.write(), models(each)
        at = evaluate(inputs, POINT, found, CONFIG, STATISTICS)
        background = at.samples.nominal["background"]
        numbers.append([rule.numbers(background).tolist() for rule in at.discriminants])
    assert numbers[0] == numbers[1]


def test_a_cut_on_the_classifier_has_the_efficiency_of_the_count(tmp_path: Path) -> None:
    files = Files(tmp_path, signal_events=1000)
    inputs, found = files.write(), models(files)
    at = evaluate(inputs, POINT, found, CONFIG, STATISTICS)
    signal = at.samples.nominal[SIGNAL]
    shares = {rule.name: (rule.numbers(signal) >= 0).mean() for rule in at.discriminants}
    assert shares["classifier_count"] == pytest.approx(shares["count"], abs=0.06)
    assert shares["classifier"] == pytest.approx(CONFIG.signal_efficiency, abs=0.06)


def test_verdicts_need_two_errors() -> None:
    def gain(value: float, error: float | None) -> Estimate:
        return Estimate(value, error, None, None, 0)

    assert verdict(gain(1.5, 0.2)) == "better"
    assert verdict(gain(1.3, 0.2)) == "not distinguishable"
    assert verdict(gain(0.5, 0.2)) == "worse"
    assert verdict(gain(2.0, None)) is None
    assert verdict(None) is None
