"""From raw scores to the summary and the figures, with muons whose answers are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
from scipy.stats import norm

from hepchain.chains.soft_muons.config.tight import ResultsConfig
from hepchain.chains.soft_muons.figures import against, curves, effort, generators, observables
from hepchain.chains.soft_muons.results.comparison import _compared, matched
from hepchain.chains.soft_muons.results.evaluation import Evaluation, evaluate
from hepchain.chains.soft_muons.results.generators import dependence
from hepchain.chains.soft_muons.results.importance import accuracy
from hepchain.chains.soft_muons.results.summary import summary
from hepchain.chains.soft_muons.results.table import CUT_ON, OF_JETS
from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures.style import Things
from hepchain.io import ParquetWriter
from hepchain.io.structured import plain
from tests.chains.soft_muons.test_soft_muon_tight import CONFIG, scored

SIZE = 6000
DISTANCES = {"network": 1.5, "xgboost": 2.5, "useless": 0.0}
PT_EDGES = [4.0, 5.0, 7.0, 10.0, 50.0]
RESULTS = ResultsConfig(
    tagger="xgboost",
    network="network",
    reweighted=["useless"],
    abs_eta_edges=[0.0, 1.0, 2.5],
    flat_pt=(4.0, 50.0),
    replicas=20,
    permutations=2,
)
THINGS = Things(
    categories={"run3": "Run 3"},
    taggers={name: name for name in DISTANCES},
    labels={"signal": "signal", "background": "background"},
)
LOOKS = FiguresConfig(formats=["png"], label="Toy", energy=13.6, pt_edges=PT_EDGES)


def write(folder: Path, shift: int = 0) -> dict[str, Path]:
    """Raw scores of three taggers, each a Gaussian whose distance between the classes is known."""
    muons, random = scored(size=SIZE), np.random.default_rng(5)
    columns: dict[str, Any] = {
        "event_number": muons.event + shift,
        "track_index": (np.arange(SIZE) % 2).astype(np.int32),
        "weight": np.ones(SIZE),
        "label": muons.signal.astype(np.int8),
        "fold": muons.fold.astype(np.int8),
        "category": ak.Array(["run3"] * SIZE),
        "truth_origin": muons.origin.astype(np.int32),
    }
    columns |= {name: getattr(muons, name) for name in ("pt", "eta", *OF_JETS, *CUT_ON)}
    paths = {}
    for tagger, distance in DISTANCES.items():
        raw = norm.cdf(random.normal(size=SIZE) + distance * (muons.signal - 0.5))
        paths[tagger] = folder / f"{tagger}.parquet"
        with ParquetWriter.open(str(paths[tagger])) as writer:
            writer.write({**columns, "raw": raw.astype(np.float32)})
    return paths


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write(tmp_path_factory.mktemp("scores"))


@pytest.fixture(scope="module")
def evaluation(paths: dict[str, Path]) -> Evaluation:
    return evaluate("run3", paths, CONFIG, RESULTS, PT_EDGES, np.random.default_rng(1))


@pytest.fixture(scope="module")
def content(evaluation: Evaluation) -> Any:
    return json.loads(json.dumps(plain(evaluation)))


def test_areas_are_those_of_two_gaussians(content: Any) -> None:
    for tagger, distance in DISTANCES.items():
        area = content["taggers"][tagger]["auc"]
        assert area["value"] == pytest.approx(norm.cdf(distance / 2**0.5), abs=4 * area["error"])
        assert 0.0 < area["error"] < 0.02


def test_taggers_have_the_efficiency_of_tight_and_reject_by_their_distance(content: Any) -> None:
    """At efficiency e, Phi(Phi^-1(e) - d) of the background passes."""
    wanted = content["tight_efficiency"]["value"]
    for tagger, distance in DISTANCES.items():
        performance = content["taggers"][tagger]
        assert performance["signal_efficiency"]["value"] == pytest.approx(wanted, abs=2e-3)
        acceptance = norm.cdf(norm.ppf(wanted) - distance)
        expected = content["tight_acceptance"]["value"] / acceptance
        found = performance["rejection_over_tight"]
        assert found["value"] == pytest.approx(expected, abs=4 * found["error"])


def test_the_summary_names_the_best(content: Any) -> None:
    calibrated: dict[str, Any] = {"selections": {}}
    found = summary([content, content], [calibrated, calibrated], RESULTS, 88)
    best = content["taggers"]["xgboost"]["rejection_over_tight"]
    assert found["rejection_over_tight/best"] == best
    assert found["rejection_over_tight/best/run3"] == best
    difference = found["auc_less_network/xgboost"]
    areas = [content["taggers"][name]["auc"]["value"] for name in ("xgboost", "network")]
    assert difference["value"] == pytest.approx(areas[0] - areas[1])
    assert 0.0 < difference["error"] < 0.02
    assert found["signal_efficiency_spread/best"] == content["taggers"]["useless"]["spread"]
    assert found["real_muons_read"] == {"value": 88, "error": 0}
    assert all(set(number) == {"value", "error"} for number in found.values())


def test_a_sample_judged_by_itself_gives_the_same(content: Any, paths: dict[str, Path]) -> None:
    chosen = {name: paths[name] for name in ("network", "xgboost")}
    found = dependence(content, {"main": chosen}, CONFIG)["main"]
    assert found["tight"].signal.value == pytest.approx(content["tight_efficiency"]["value"])
    for name in chosen:
        expected = content["taggers"][name]["background_acceptance"]["value"]
        assert found[name].background.value == pytest.approx(expected, abs=1e-3)
    figure = generators.draw({"main": found}, {"main": "a generator"}, THINGS, LOOKS)
    assert len(figure.axes) == 2


def test_figures_show_every_tagger(content: Any) -> None:
    compared = ["network", "xgboost"]
    roc = curves.draw_roc(content, THINGS, LOOKS).axes[0]
    labels = roc.get_legend_handles_labels()[1]
    assert len(labels) == len(DISTANCES) + 1
    assert labels[-1] == "TIGHT"
    assert len(curves.draw_scores(content, compared, THINGS, LOOKS).axes) == 2
    assert len(against.draw_against(content, compared, THINGS, LOOKS).axes) == 6
    assert len(against.draw_reweightings(content, compared, THINGS, LOOKS).axes) == 2
    titles = {"tight": "TIGHT", "network": "network"}
    assert against.draw_origins(content, titles, THINGS, LOOKS).axes[0].get_legend() is not None


def test_observables_lose_their_fakes(content: Any) -> None:
    """Muons of all selections are in the histograms, and the share of fakes is of them."""
    tight = content["tight_efficiency"]["value"], content["tight_acceptance"]["value"]
    best = content["taggers"]["xgboost"]
    own = best["signal_efficiency"]["value"], best["background_acceptance"]["value"]
    for name in ("delta_r", "pt_ratio", "pt_rel", "share"):
        found = content["observables"][name]
        before = sum(found["background"]["all"])
        assert sum(found["signal"]["all"]) == pytest.approx(1.0)
        for selection, (signal, background) in {"tight": tight, "xgboost": own}.items():
            assert sum(found["signal"][selection]) == pytest.approx(signal)
            assert sum(found["background"][selection]) / before == pytest.approx(background)
    # All muons have one distance: one bin has all of them, others have no share.
    shares = [
        item for item in content["observables"]["delta_r"]["fakes"]["all"] if item is not None
    ]
    assert shares == [pytest.approx(before / (1.0 + before))]
    titles = {"all": "all muons", "tight": "TIGHT", "xgboost": "trees"}
    assert len(observables.draw(content, titles, THINGS, LOOKS).axes) == 8


def test_quality_and_time_stand_beside_each_other(evaluation: Evaluation) -> None:
    """Means over the folds; the reference comes first and has no difference to itself."""
    counts = {"training": {"signal": 700, "background": 1800}}
    trainings = {
        name: [
            {"seconds": seconds, "epochs": 50, "device": "cpu:0", "counts": counts}
            for seconds in (factor, 3.0 * factor)
        ]
        for name, factor in (("xgboost", 1.0), ("network", 10.0))
    }
    (table,) = effort.tables(evaluation, trainings, "network", THINGS)
    first, second = table.frame.to_dict("records")
    assert (first["Tagger"], second["Tagger"]) == ("network", "xgboost")
    assert (first["Training, s a model"], second["Training, s a model"]) == ("20", "2.0")
    assert second["ms an epoch or tree"] == "40"
    assert first["AUC less reference"] == "–"
    value, error = map(float, second["AUC less reference"].split(" ± "))
    areas = {name: found.auc.value for name, found in evaluation.taggers.items()}
    assert value == pytest.approx(areas["xgboost"] - areas["network"], abs=error / 2)
    assert "2,500 muons" in table.note


def test_scores_of_other_muons_are_refused(paths: dict[str, Path], tmp_path: Path) -> None:
    other = {"network": paths["network"], "xgboost": write(tmp_path, shift=1)["xgboost"]}
    with pytest.raises(InputError, match="other muons"):
        evaluate("run3", other, CONFIG, RESULTS, PT_EDGES, np.random.default_rng(1))


def test_a_campaign_without_muons_is_named(paths: dict[str, Path]) -> None:
    with pytest.raises(InputError, match="no muons of category run2"):
        evaluate("run2", paths, CONFIG, RESULTS, PT_EDGES, np.random.default_rng(1))


def test_accuracy_counts_both_classes_alike() -> None:
    score, signal = np.array([0.9, 0.9, 0.9, 0.1]), np.array([True, False, False, False])
    assert accuracy(score, signal, np.ones(4)) == pytest.approx(0.5 * (1.0 + 1.0 / 3.0))


def test_the_simulation_gets_the_spectrum_of_the_reconstructed() -> None:
    random = np.random.default_rng(1)
    real = {"pt": 4.0 + random.exponential(10.0, 400), "eta": random.uniform(-2.4, 2.4, 400)}
    ours = {"pt": 4.0 + random.exponential(5.0, 4000), "eta": random.uniform(-2.4, 2.4, 4000)}
    ours["weight"] = np.ones(4000)
    factor = matched(real, ours)
    for low, high in ((4.0, 8.0), (8.0, 15.0), (15.0, 30.0)):
        here, there = ((of["pt"] >= low) & (of["pt"] < high) for of in (real, ours))
        assert factor[there].sum() == pytest.approx(here.sum())


def test_verdicts() -> None:
    random = np.random.default_rng(2)
    real = random.normal(size=80)
    assert _compared("x", real, random.normal(size=5000)).verdict == "agrees"
    assert _compared("x", real, random.normal(2.0, 1.0, 5000)).verdict == "differs"
