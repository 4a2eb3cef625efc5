"""The job of a mass point: results, scaling laws, and what happens with too few events."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyhf
import pytest
from pyhf.infer import hypotest

from hepchain.chains.soft_electrons.config.statistics import TaggedByRate, TaggedCandidates
from hepchain.chains.soft_electrons.statistics import job as zstar_job
from hepchain.errors import InputError, StageError
from hepchain.io import read_json
from hepchain.statistics import region
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import Limit
from hepchain.statistics.significance import asimov_significance
from tests.chains.soft_electrons.statistics.statistics_samples import (
    BACKGROUND,
    CONFIG,
    SIGNAL,
    THREE,
    by_name,
    configured,
    outputs,
    run,
)

USES = ("without_tagger", "with_tagger")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("statistics")


@pytest.fixture(scope="module")
def result(folder: Path) -> dict[str, Any]:
    return run(folder)


def test_yields_are_those_of_the_events_in_the_window(result: dict[str, Any]) -> None:
    # Flat masses below 6 GeV, window 0 to 5 without 0.2: a share of 4.8 / 6.
    without, tagged = (by_name(result)[use] for use in USES)
    assert without["background"]["value"] == pytest.approx(8000 * 4.8 / 6, rel=0.02)
    assert without["background"]["error"] == pytest.approx(
        2.0 * np.sqrt(without["background"]["events"])
    )
    assert without["signal"]["value"] == pytest.approx(60 * 4.8 / 6, rel=0.05)
    assert tagged["background"]["value"] == pytest.approx(8000 * 4.8 / 6 * 0.1, rel=0.15)
    assert tagged["backgrounds"]["w"] == tagged["background"]
    assert result["splitting"] == 5.0


def test_rates_expect_the_same_background_with_a_smaller_error(tmp_path: Path) -> None:
    """Of N candidates of weight w and rate r: r w N, +- r w sqrt(N) in place of w sqrt(r N)."""
    rates = TaggedByRate(kind="tag_rate", title="rates")
    found = run(tmp_path, config=configured(approaches={**CONFIG.approaches, "with_rates": rates}))
    everything, counted, expected = (by_name(found)[use] for use in (*USES, "with_rates"))
    assert expected["signal"] == counted["signal"]
    value, error = expected["background"]["value"], expected["background"]["error"]
    assert value == pytest.approx(0.1 * everything["background"]["value"])
    assert value == pytest.approx(counted["background"]["value"], abs=3.0 * error / np.sqrt(0.1))
    assert error == pytest.approx(0.1 * everything["background"]["error"])
    # The rates' own uncertainty, 10 % in the samples of this test, is a variation of its own.
    assert [item["variation"] for item in expected["variations"]] == [
        "tag_rate_up",
        "tag_rate_down",
    ]
    assert expected["background_variation"] == pytest.approx(0.1 * value)
    assert not counted["variations"]


def test_an_approach_can_be_at_another_working_point(tmp_path: Path) -> None:
    """A tenth of the rate, with an uncertainty of a fifth; counted, that of those that pass."""
    tight = {
        "tight": TaggedByRate(kind="tag_rate", title="tight", at="tight"),
        "tight_count": TaggedCandidates(kind="tagger", title="tight", at="tight"),
    }
    found = run(tmp_path, config=configured(approaches={**CONFIG.approaches, **tight}))
    everything, counted, by_rate, by_count = (
        by_name(found)[use] for use in (*USES, "tight", "tight_count")
    )
    value = by_rate["background"]["value"]
    assert value == pytest.approx(0.01 * everything["background"]["value"])
    assert by_rate["background_variation"] == pytest.approx(0.2 * value)
    error = by_count["background"]["error"]
    assert by_count["background"]["value"] == pytest.approx(value, abs=3.0 * error)
    half = 0.5 * counted["signal"]["value"]
    assert by_count["signal"]["value"] == pytest.approx(half, rel=0.15)


def test_a_working_point_that_the_selection_did_not_know_is_told(tmp_path: Path) -> None:
    other = TaggedByRate(kind="tag_rate", title="other", at="loose")
    with pytest.raises(InputError, match="tag_rate_loose"):
        run(tmp_path, config=configured(approaches={**CONFIG.approaches, "other": other}))


def test_significances_follow_from_the_yields(result: dict[str, Any]) -> None:
    for use in USES:
        s, b = by_name(result)[use]["signal"]["value"], by_name(result)[use]["background"]["value"]
        error = np.hypot(np.hypot(0.2, 0.017) * b, by_name(result)[use]["background"]["error"])
        found = by_name(result)[use]["significances"]
        assert by_name(result)[use]["background_uncertainty"] == pytest.approx(error)
        assert found["s_over_b"] == pytest.approx(s / b)
        assert found["s_over_sqrt_b"] == pytest.approx(s / np.sqrt(b))
        assert found["asimov"] == pytest.approx(asimov_significance(s, b, error))
        # Poisson constraint there, log-normal here.
        assert found["profile_likelihood"] == pytest.approx(found["asimov"], rel=0.05)


def test_limits_are_those_of_the_written_workspaces(folder: Path, result: dict[str, Any]) -> None:
    for use, name in zip(USES, ("without_tagger.json", "with_tagger.json"), strict=True):
        workspace = read_json(folder / name)
        pyhf.schema.validate(workspace, "workspace.json")
        assert by_name(result)[use]["status"] == "ok"
        assert workspace["measurements"][0]["name"] == "expected_limit"
        content = pyhf.Workspace(workspace)
        model = content.model()
        limits = by_name(result)[use]["limit"]["expected"]
        bounds = model.config.suggested_bounds()
        bounds[model.config.poi_index] = (0.0, 10 * limits[-1])
        _, expected = hypotest(
            limits[2], content.data(model), model, return_expected_set=True, par_bounds=bounds
        )
        assert float(expected[2]) == pytest.approx(0.05, rel=0.02)


def test_fit_of_the_last_approach_is_written(folder: Path, result: dict[str, Any]) -> None:
    content = read_json(folder / "fit.json")
    assert (content["approach"], content["status"]) == ("with_tagger", "ok")
    found = content["diagnostics"]
    assert found["expected"]["signal_strength"] == pytest.approx(1.0, abs=0.02)
    median = by_name(result)["with_tagger"]["limit"]["expected"][2]
    assert found["closure"][-1]["injected"] == median
    # CLs: 1.96 standard deviations, for a normal likelihood.
    error = found["signal_and_background"]["signal_strength_error"]
    assert 1.5 < median / error < 2.5


def test_gain_has_errors_and_agrees_with_the_yields(result: dict[str, Any]) -> None:
    (gain,) = result["gains"]
    assert (gain["approach"], gain["over"]) == ("with_tagger", "without_tagger")
    n, passed = (by_name(result)[use]["signal"]["events"] for use in USES)
    assert gain["signal_efficiency"]["value"] == pytest.approx(passed / n)
    binomial = np.sqrt(passed / n * (1 - passed / n) / n)
    assert gain["signal_efficiency"]["error"] == pytest.approx(binomial, rel=0.2)
    for name in ("s_over_sqrt_b", "asimov"):
        first, second = (by_name(result)[use]["significances"][name] for use in USES)
        assert gain[name]["value"] == pytest.approx(second / first)
        assert gain[name]["low"] < gain[name]["value"] < gain[name]["high"]
        assert gain[name]["undefined_replicas"] == 0
    limits = [by_name(result)[use]["limit"]["expected"][2] for use in USES]
    assert gain["limit"]["value"] == pytest.approx(limits[0] / limits[1])
    # Both limits are near twice the error of the background over the signal.
    assert gain["limit"]["error"] == pytest.approx(gain["asimov"]["error"], rel=0.3)


def stuck(*_: Any) -> None:
    raise NotConvergedError("minuit: stuck")


@pytest.fixture
def without_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constant numbers instead of those of fits, which take seconds."""
    limit = Limit((0.5, 0.7, 1.0, 1.5, 2.0), (0.0, 4.0), "newton")
    monkeypatch.setattr(region, "expected_limit", lambda *_: limit)
    monkeypatch.setattr(region, "discovery_significance", lambda *_, **__: 1.0)
    monkeypatch.setattr(zstar_job, "diagnosed", stuck)


@pytest.mark.usefixtures("without_fits")
def test_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    names = ("result.json", "with_tagger.json", "without_tagger.json")
    run(tmp_path)
    first = [(tmp_path / name).read_bytes() for name in names]
    run(tmp_path)
    assert [(tmp_path / name).read_bytes() for name in names] == first


@pytest.mark.usefixtures("without_fits")
def test_a_failed_fit_leaves_the_limit_and_is_told(tmp_path: Path) -> None:
    content = run(tmp_path)
    assert by_name(content)["with_tagger"]["status"] == "ok"
    written = read_json(tmp_path / "fit.json")
    assert written["status"] == "not converged: minuit: stuck"
    assert written["diagnostics"] is None


@pytest.mark.usefixtures("without_fits")
def test_luminosity_scales_yields_and_statistical_significance(
    result: dict[str, Any], tmp_path: Path
) -> None:
    four_times = run(tmp_path, config=configured(luminosity=4 * CONFIG.luminosity))
    for use in USES:
        for kind in ("signal", "background"):
            for key, factor in (("value", 4.0), ("error", 4.0), ("events", 1.0)):
                expected = factor * by_name(result)[use][kind][key]
                assert by_name(four_times)[use][kind][key] == pytest.approx(expected)
        before, after = (
            by_name(result)[use]["significances"],
            by_name(four_times)[use]["significances"],
        )
        assert after["s_over_b"] == pytest.approx(before["s_over_b"])
        assert after["s_over_sqrt_b"] == pytest.approx(2 * before["s_over_sqrt_b"])
        assert after["asimov_statistical"] == pytest.approx(2 * before["asimov_statistical"])
        assert before["asimov"] <= after["asimov"] <= 2 * before["asimov"]


@pytest.mark.usefixtures("without_fits")
def test_bins_of_mass_are_templates_of_the_fit(tmp_path: Path) -> None:
    content = run(tmp_path, config=configured(mass_bins=2, bootstrap_replicas=0))
    templates = by_name(content)["with_tagger"]["templates"]
    assert templates["edges"] == [0.0, 2.5, 5.0]
    assert (
        sum(templates["background"]["events"])
        == by_name(content)["with_tagger"]["background"]["events"]
    )
    assert by_name(content)["with_tagger"]["status"] == "ok"
    assert content["gains"][0]["asimov"]["error"] is None


@pytest.mark.usefixtures("without_fits")
def test_too_few_background_events_end_with_an_error_that_counts_them(tmp_path: Path) -> None:
    few = replace(BACKGROUND, events=30)
    with pytest.raises(StageError) as caught:
        run(tmp_path, background=few)
    message = str(caught.value)
    assert "statistics of point: no limit can be given" in message
    assert "with_tagger: insufficient: " in message
    assert "without_tagger: insufficient" not in message
    assert "simulated background events" in message
    assert "increase simulation.parts of w to" in message
    assert not outputs(tmp_path).result.exists()


@pytest.mark.usefixtures("without_fits")
def test_too_few_background_events_are_reported_if_so_configured(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    none_pass = replace(BACKGROUND, efficiency=0.0)
    with caplog.at_level(logging.WARNING, logger="hepchain"):
        content = run(tmp_path, background=none_pass, config=configured(on_insufficient="report"))
    tagged = by_name(content)["with_tagger"]
    assert tagged["status"].startswith("insufficient: 0 simulated background events, 10 fewer")
    assert tagged["limit"] is None
    assert set(tagged["significances"].values()) == {None}
    assert content["gains"][0]["limit"] is None
    assert content["gains"][0]["asimov"] is None
    assert content["gains"][0]["background_efficiency"]["value"] == 0.0
    assert by_name(content)["without_tagger"]["status"] == "ok"
    assert "no limit: insufficient" in caplog.text
    workspace = read_json(outputs(tmp_path).workspaces["with_tagger"])
    pyhf.schema.validate(workspace, "workspace.json")
    assert workspace["measurements"][0]["name"] == "insufficient"


def test_samples_without_any_candidate_are_reported(tmp_path: Path) -> None:
    content = run(
        tmp_path,
        replace(SIGNAL, events=0),
        replace(BACKGROUND, events=0),
        configured(on_insufficient="report", mass_bins=3),
    )
    for use in USES:
        assert "0 simulated background events" in by_name(content)[use]["status"]
        assert "0 simulated signal events" in by_name(content)[use]["status"]
        assert by_name(content)[use]["templates"]["edges"] == [0.0, 5.0]
    assert content["gains"][0]["signal_efficiency"] is None


def test_a_fit_that_does_not_converge_is_flagged_not_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise NotConvergedError("scipy: stuck")

    monkeypatch.setattr(region, "expected_limit", fail)
    content = run(tmp_path, config=CONFIG)
    for use in USES:
        assert by_name(content)[use]["status"] == "not converged: scipy: stuck"
        assert by_name(content)[use]["limit"] is None
        assert by_name(content)[use]["significances"]["profile_likelihood"] is None
    name = read_json(outputs(tmp_path).workspaces["with_tagger"])["measurements"][0]["name"]
    assert name == "not_converged"


@pytest.mark.usefixtures("without_fits")
def test_every_approach_is_compared_with_those_before(tmp_path: Path) -> None:
    content = run(tmp_path, config=configured(approaches=THREE))
    items = by_name(content)
    assert list(items) == list(THREE)
    pairs = [(gain["approach"], gain["over"]) for gain in content["gains"]]
    assert pairs == [
        ("matched", "without_tagger"),
        ("with_tagger", "without_tagger"),
        ("with_tagger", "matched"),
    ]
    # pT flat from 0.5 to 5 GeV: a ninth in the first bin, five ninths in the second.
    for kind, chances in (("signal", (0.1, 0.3)), ("background", (0.05, 0.1))):
        share = items["matched"][kind]["value"] / items["without_tagger"][kind]["value"]
        assert share == pytest.approx((chances[0] + 5 * chances[1]) / 9, rel=0.06)
    (other,) = content["alternatives"]
    before = items["matched"]["background"]["value"]
    assert other["background"]["value"] == pytest.approx(2 * before)
    assert [(gain["approach"], gain["over"]) for gain in other["gains"]] == [
        ("matched.more", "without_tagger"),
        ("with_tagger", "matched.more"),
    ]
    first = {gain["approach"]: gain for gain in content["gains"]}["matched"]
    ratio = other["gains"][0]["s_over_sqrt_b"]["value"] / first["s_over_sqrt_b"]["value"]
    assert ratio == pytest.approx(1 / np.sqrt(2))


@pytest.mark.usefixtures("without_fits")
def test_numbers_of_an_approach_have_the_errors_of_their_yields(tmp_path: Path) -> None:
    content = run(tmp_path, config=configured(bootstrap_replicas=1000))
    for use, item in by_name(content).items():
        found = content["estimates"][use]
        relative = np.hypot(
            item["signal"]["relative_error"], item["background"]["relative_error"] / 2
        )
        number = found["s_over_sqrt_b"]
        assert number["value"] == pytest.approx(item["significances"]["s_over_sqrt_b"])
        assert number["error"] / number["value"] == pytest.approx(relative, rel=0.1)
        assert found["limit"]["value"] == item["limit"]["expected"][2]


def test_result_is_plain_json(folder: Path, result: dict[str, Any]) -> None:
    assert "NaN" not in (folder / "result.json").read_text()
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["sigmas"] == [-2, -1, 0, 1, 2]
