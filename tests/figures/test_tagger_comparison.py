"""Taggers on the same tracks: closed formulas, ties, paired errors, costs, figure and tables."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures import tagger_comparison
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.io import ParquetWriter, write_json
from hepchain.studies import tagger_performance
from hepchain.studies.tagger_costs import costs
from hepchain.studies.tagger_performance import (
    Cost,
    Performance,
    Tracks,
    performances,
    read_tracks,
)
from tests.figures.figure_inputs import metadata

EDGES = [0.5, 1.0, 2.0, 5.0]
COST = Cost(10.0, 1e5, 0.5)


def tracks(size: int = 30_000, hadrons: float = 0.7, seed: int = 1, **shifts: float) -> Tracks:
    """Scores of unit Gaussians this far apart, with half of their variance in common."""
    rng = np.random.default_rng(seed)
    electron = rng.uniform(size=size) > hadrons
    common = rng.normal(size=size)
    scores = {
        name: shift * electron + np.sqrt(0.5) * (common + rng.normal(size=size))
        for name, shift in shifts.items()
    }
    pt = 0.5 * 10.0 ** rng.uniform(size=size)
    return Tracks(rng.integers(0, 2000, size), electron, pt, np.ones(size), scores)


def compare(found: Tracks, baselines: dict[str, str] | None = None) -> dict[str, Performance]:
    names = list(found.scores)
    chosen = baselines or dict.fromkeys(names, names[0])
    cost = dict.fromkeys(names, COST)
    return {p.tagger: p for p in performances(found, chosen, names[0], cost, EDGES, 0.05, 1)}


def test_gaussians_have_their_known_efficiencies_and_rejections() -> None:
    result = compare(tracks(30_000, first=2.0, second=2.5))
    for name, shift in (("first", 2.0), ("second", 2.5)):
        every = result[name].bins[-1]
        assert every.pt == (0.5, 5.0)
        for share, fake_rate in ((every.at_fake_rate, 0.05), (every.at_low_fake_rate, 0.01)):
            expected = norm.sf(norm.isf(fake_rate) - shift)
            assert share.value == pytest.approx(expected, abs=4.0 * (share.high - share.low))
        for rejection in every.rejections:
            fakes = norm.sf(norm.isf(rejection.efficiency) + shift)
            assert rejection.value == pytest.approx(1.0 / fakes, rel=0.2)
            assert rejection.low < rejection.value < rejection.high
        assert result[name].auc == pytest.approx(norm.cdf(shift / np.sqrt(2.0)), abs=0.008)
    efficiency = norm.sf(norm.isf(0.05) - 2.0)
    expected = 0.05 / norm.sf(norm.isf(efficiency) + 2.5)
    ratio = result["second"].bins[-1].relative_rejection
    assert ratio.error is not None
    assert ratio.value == pytest.approx(expected, abs=4.0 * ratio.error)


def test_a_tagger_against_itself_differs_by_nothing_in_every_replica() -> None:
    found = tracks(4000, first=2.0)
    same = replace(found, scores={**found.scores, "again": found.scores["first"] * 3.0 - 1.0})
    for bin_ in compare(same)["again"].bins:
        assert (bin_.relative_rejection.value, bin_.relative_rejection.error) == (1.0, 0.0)
        assert (bin_.difference.value, bin_.difference.error) == (0.0, 0.0)


def test_error_of_the_difference_is_that_of_many_experiments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paired: the common part of the scores cancels, which independent errors would not show."""
    monkeypatch.setattr(tagger_performance, "REPLICAS", 30)
    results = [compare(tracks(1500, seed=seed, first=2.0, second=2.2)) for seed in range(40)]
    differences = [result["second"].bins[-1].difference for result in results]
    spread = np.std([difference.value for difference in differences], ddof=1)
    assert np.mean([d.error for d in differences if d.error]) == pytest.approx(spread, rel=0.35)


def test_equal_scores_share_their_tracks() -> None:
    """A score that knows nothing keeps as many electrons as hadrons."""
    found = tracks(2000, first=2.0)
    constant = compare(replace(found, scores={"constant": np.zeros(2000)}))["constant"]
    assert constant.bins[-1].at_fake_rate.value == pytest.approx(0.05)
    assert [r.value for r in constant.bins[-1].rejections] == pytest.approx([2.0, 1.25])
    assert constant.auc == 0.5


def test_unified_is_compared_with_its_baseline() -> None:
    found = tracks(5000, keras=2.0, trees=2.5, trees_unified=2.4)
    result = compare(found, {"keras": "keras", "trees": "keras", "trees_unified": "trees"})
    values = {name: p.bins[0].at_fake_rate.value for name, p in result.items()}
    difference = result["trees_unified"].bins[0].difference.value
    assert difference == pytest.approx(values["trees_unified"] - values["trees"])


def scored(path: Path, found: Tracks, tagger: str) -> Path:
    size = len(found.pt)
    with ParquetWriter.open(path) as writer:
        writer.write(
            {
                "event_number": found.event,
                "track_index": np.arange(size),
                "label": np.where(found.signal, 1, 0).astype(np.int8),
                "pt": found.pt,
                "weight": found.weight,
                "score": found.scores[tagger],
            }
        )
    return path


def test_other_tracks_are_refused(tmp_path: Path) -> None:
    one = scored(tmp_path / "one.parquet", tracks(100, one=1.0), "one")
    two = scored(tmp_path / "two.parquet", tracks(100, seed=2, two=1.0), "two")
    with pytest.raises(InputError, match=r"two\.parquet: not the tracks of .*one\.parquet"):
        read_tracks({"one": one, "two": two})
    assert read_tracks({"one": one}).event.max() < 100


def test_cost_of_an_ensemble_is_that_of_its_members(tmp_path: Path) -> None:
    for tagger, rate, seconds in (("one", 1000.0, 3.0), ("two", 250.0, 4.0)):
        write_json(tmp_path / tagger / "speed.json", {"tracks_per_second": rate})
        for fold in range(2):
            write_json(
                tmp_path / f"{tagger}-{fold}" / "metadata.json",
                metadata(tagger, "silicon", fold) | {"seconds": seconds},
            )
    models = [tmp_path / f"{tagger}-{fold}" for tagger in ("one", "two") for fold in range(2)]
    speeds = [tmp_path / tagger / "speed.json" for tagger in ("one", "two")]
    found = costs(models, speeds, {"both": ["one", "two"]})
    assert found["one"].training_seconds == 6.0
    assert found["both"].training_seconds == 14.0
    assert found["both"].tracks_per_second == pytest.approx(200.0)
    sizes = [path.stat().st_size for path in tmp_path.glob("one-*/*")]
    assert found["one"].megabytes == pytest.approx(sum(sizes) / 1e6)


@pytest.mark.parametrize("size", [6000, 3])
def test_figure_and_tables(
    size: int, things: Things, config: FiguresConfig, tmp_path: Path
) -> None:
    found = tracks(size, keras=2.0, xgboost=2.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        numbers = list(compare(found).values())
        figure = tagger_comparison.draw(numbers, things, config, 0.05)
        save(figure, numbers, [tmp_path / f"comparison.{kind}" for kind in ("png", "pdf", "json")])
    assert figure.axes[-1].get_xlabel() == "$p_T$ of the track [GeV]"
    content = json.loads((tmp_path / "comparison.json").read_text())
    assert [entry["tagger"] for entry in content] == ["keras", "xgboost"]
    tables = tagger_comparison.tables(numbers, things, 0.05)
    write_tables(tables, [tmp_path / "comparison.html", tmp_path / "comparison.csv"])
    text = (tmp_path / "comparison.csv").read_text()
    assert text.count("boosted trees") == len(tables)
    assert "boosted trees − neural network" in text
    assert "nan" not in text
