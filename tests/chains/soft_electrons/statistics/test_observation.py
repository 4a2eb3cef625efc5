"""Data in the statistics: nothing while they are closed, counts and observed limits once open."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyhf
import pytest
from pyhf.infer import hypotest
from scipy.stats import norm

import tests.chains.soft_electrons.statistics.statistics_samples as samples
from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics import job as zstar_job
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.job import StatisticsInputs, run_statistics
from hepchain.io import ParquetWriter, read_json
from hepchain.labels import Label
from hepchain.statistics import fits, inference, region
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import Limit
from hepchain.statistics.observation import not_fitted
from tests.chains.soft_electrons.statistics.statistics_samples import (
    BACKGROUND,
    MATCHED,
    POINT,
    SIGNAL,
    USES,
    by_name,
    configured,
    outputs,
)

TAGGED = configured(approaches={"with_tagger": USES["with_tagger"]}, bootstrap_replicas=0)


def write_data(path: Path, masses: list[float], passes: bool = True, each: int = 1) -> Path:
    """Candidates of data, ``each`` in an event, all of this mass [GeV]."""
    events = np.arange(len(masses), dtype=np.int64)
    n = each * len(masses)
    with ParquetWriter.open(path) as writer:
        writer.write(
            {
                "event_number": np.repeat(events, each),
                "track_index": np.tile(np.arange(each, dtype=np.int32), len(masses)),
                "weight": np.ones(n),
                "mass": np.repeat(masses, each),
                **samples.region(np.repeat(masses, each)),
                "pt": np.full(n, 2.5, dtype=np.float32),
                "score": np.linspace(0.0, 1.0, n),
                "passes_tagger": np.full(n, passes),
                "tag_rate": np.full(n, float(passes)),
                "tag_rate_up": np.full(n, float(passes)),
                "presence": np.ones(n),
                "label": np.full(n, Label.UNKNOWN, dtype=np.int8),
                "truth_origin": np.zeros(n, dtype=np.int8),
                "truth_is_pileup": np.zeros(n, dtype=np.int8),
                "electron_phi": np.zeros(n),
                "met_phi": np.zeros(n),
            }
        )
    return path


def run(
    folder: Path, data: dict[str, Path] | None, config: StatisticsConfig = TAGGED
) -> dict[str, Any]:
    """Result of the mass point with these samples of data."""
    files = SampleFiles(
        signal=SIGNAL.write(folder / "signal.parquet"),
        backgrounds={"w": replace(BACKGROUND, weight=0.2).write(folder / "w.parquet")},
    )
    run_statistics(
        StatisticsInputs(files, data=data), outputs(folder, config), POINT, config, seed=1
    )
    content: dict[str, Any] = read_json(folder / "result.json")
    return content


def no_diagnostics(*_: Any) -> None:
    raise NotConvergedError("not made")


@pytest.fixture(scope="module", autouse=True)
def _without_diagnostics() -> Iterator[None]:
    """Pulls and impacts, which take seconds, are no matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zstar_job, "diagnosed", no_diagnostics)
        yield


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("closed")
    found: dict[str, Any] = by_name(run(folder, None))["with_tagger"]
    found["workspace"] = read_json(folder / "with_tagger.json")
    return found


def opened(folder: Path, events: int) -> dict[str, Any]:
    """The approach with so many events in the region."""
    data = {"recorded": write_data(folder / "data.parquet", [1.0] * events)}
    found: dict[str, Any] = by_name(run(folder, data))["with_tagger"]
    return found


def test_closed_the_observation_is_the_expectation(closed: dict[str, Any]) -> None:
    assert closed["observed"] is None
    assert closed["status"] == "ok"
    (observation,) = closed["workspace"]["observations"]
    assert sum(observation["data"]) == pytest.approx(closed["background"]["value"])
    assert closed["workspace"]["measurements"][0]["name"] == "expected_limit"


def test_data_as_expected_give_the_median_limit(tmp_path: Path, closed: dict[str, Any]) -> None:
    count = round(closed["background"]["value"])
    found = opened(tmp_path, count)
    observed = found.pop("observed")
    assert observed["status"] == "ok"
    assert observed["events"] == count
    assert observed["contents"] == [count]
    assert observed["limit"] == pytest.approx(closed["limit"]["expected"][2], rel=0.02)
    assert observed["significance"] == pytest.approx(0.0, abs=0.05)
    assert observed["p_value"] == pytest.approx(0.5, abs=0.02)
    # What is expected is what it was before the data were seen.
    assert found == {name: closed[name] for name in found}
    workspace = read_json(tmp_path / "with_tagger.json")
    pyhf.schema.validate(workspace, "workspace.json")
    assert workspace["observations"][0]["data"] == [count]
    assert workspace["measurements"][0]["name"] == "observed_limit"
    assert workspace["channels"] == closed["workspace"]["channels"]


@pytest.fixture
def expected_known(monkeypatch: pytest.MonkeyPatch, closed: dict[str, Any]) -> None:
    """What is expected is not fitted once more."""
    limit = Limit(tuple(closed["limit"]["expected"]), (0.0, 4.0), "newton")
    significance = closed["significances"]["profile_likelihood"]
    monkeypatch.setattr(region, "expected_limit", lambda *_: limit)
    monkeypatch.setattr(region, "discovery_significance", lambda *_, **__: significance)


@pytest.mark.usefixtures("expected_known")
def test_an_excess_as_the_signal_is_as_significant_as_expected(
    tmp_path: Path, closed: dict[str, Any]
) -> None:
    observed = opened(tmp_path, round(closed["background"]["value"] + closed["signal"]["value"]))[
        "observed"
    ]
    expected = closed["significances"]["profile_likelihood"]
    assert observed["significance"] == pytest.approx(expected, rel=0.05)
    assert observed["limit"] > closed["limit"]["expected"][3]
    assert 0.0 < observed["p_value"] < 0.05


@pytest.mark.usefixtures("expected_known")
def test_a_deficit_is_not_significant_and_lowers_the_limit(
    tmp_path: Path, closed: dict[str, Any]
) -> None:
    observed = opened(tmp_path, round(0.8 * closed["background"]["value"]))["observed"]
    assert observed["significance"] == pytest.approx(0.0, abs=0.01)
    assert observed["p_value"] == pytest.approx(0.5, abs=0.01)
    low, median = closed["limit"]["expected"][0], closed["limit"]["expected"][2]
    assert low < observed["limit"] < median


@pytest.mark.parametrize("share", [0.7, 1.0, 1.4])
def test_cls_of_the_observation_is_that_of_pyhf(closed: dict[str, Any], share: float) -> None:
    workspace = copy.deepcopy(closed["workspace"])
    workspace["observations"][0]["data"] = [round(share * closed["background"]["value"])]
    with fits.minimiser("newton"):
        model, data = fits.load_model(workspace)
        observed = inference._Observed(model, data)
        for strength in (0.4, 1.5):
            expected = hypotest(strength, data, model, par_bounds=fits.bounds_of(model, strength))
            assert observed.cls(strength) == pytest.approx(float(expected), rel=2e-3)


def test_cls_of_the_median_and_where_its_two_forms_meet() -> None:
    assert inference.asymptotic_cls(0.0, 0.0) == 1.0
    for root in (0.5, 2.0):
        assert inference.asymptotic_cls(root, root) == pytest.approx(2 * norm.sf(root))
        above = inference.asymptotic_cls(root * (1 + 1e-9), root)
        assert above == pytest.approx(inference.asymptotic_cls(root, root))


@pytest.fixture
def without_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constant numbers instead of those of fits, which take seconds."""
    limit = Limit((0.5, 0.7, 1.0, 1.5, 2.0), (0.0, 4.0), "newton")
    monkeypatch.setattr(region, "expected_limit", lambda *_: limit)
    monkeypatch.setattr(region, "discovery_significance", lambda *_, **__: 1.0)
    monkeypatch.setattr(region, "observe", lambda counts, *_: not_fitted(counts, "not made"))


@pytest.mark.usefixtures("without_fits")
def test_events_are_counted_in_the_region_of_each_approach(tmp_path: Path) -> None:
    inside, veto, above = [0.5, 1.5, 4.5], [3.1] * 5, [5.5] * 7
    data = {
        "first": write_data(tmp_path / "first.parquet", [*inside, *veto, *above], each=3),
        "second": write_data(tmp_path / "second.parquet", [*inside, 2.0], passes=False),
    }
    approaches = {**USES, "matched": MATCHED}
    found = by_name(run(tmp_path, data, TAGGED.model_copy(update={"approaches": approaches})))
    # Two samples have the same event numbers, and are different events.
    assert found["without_tagger"]["observed"]["events"] == 3 + 4
    assert found["with_tagger"]["observed"]["events"] == 3
    assert found["matched"]["observed"] is None  # probabilities are those of truth


@pytest.mark.usefixtures("without_fits")
def test_counts_are_in_the_bins_of_the_templates(tmp_path: Path) -> None:
    data = {"recorded": write_data(tmp_path / "data.parquet", [0.5, 1.0, 4.0])}
    content = run(tmp_path, data, TAGGED.model_copy(update={"mass_bins": 2}))
    found = by_name(content)["with_tagger"]
    assert found["templates"]["edges"] == [0.0, 2.5, 5.0]
    assert found["observed"]["contents"] == [2, 1]
    assert read_json(tmp_path / "with_tagger.json")["observations"][0]["data"] == [2, 1]


def test_without_a_limit_data_are_counted_only(tmp_path: Path) -> None:
    data = {"recorded": write_data(tmp_path / "data.parquet", [1.0] * 4)}
    changes = {"on_insufficient": "report", "min_background_events": 100_000}
    found = by_name(run(tmp_path, data, TAGGED.model_copy(update=changes)))["with_tagger"]
    assert found["observed"]["events"] == 4
    assert found["observed"]["status"] == found["status"]
    assert found["observed"]["limit"] is None
