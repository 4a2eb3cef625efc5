"""A control region determines the background: limits in the cases that are known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.chains.soft_electrons.config.statistics import ControlConfig
from hepchain.chains.soft_electrons.statistics import control as control_module
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.control import (
    Counted,
    control_result,
    control_workspace,
)
from hepchain.chains.soft_electrons.statistics.job import StatisticsInputs, run_statistics
from hepchain.io import read_json
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import expected_limit
from hepchain.statistics.results import ApproachResult
from hepchain.statistics.significance import median_limit
from hepchain.statistics.variations import Sides
from hepchain.statistics.workspace import Uncertainties
from hepchain.statistics.yields import Yield
from tests.chains.soft_electrons.statistics.statistics_samples import (
    BACKGROUND,
    CONFIG,
    POINT,
    SIGNAL,
    configured,
    outputs,
)

NONE = Uncertainties({}, 0.0, 0.0)
SOME = Uncertainties({}, 0.2, 0.017)


def events(value: float, relative: float = 1e-3) -> Yield:
    """A yield with next to no statistical error of the simulation."""
    return Yield(value, relative * value, relative, 1000, 1000.0)


def limit(control: float, transfer: float = 0.0, signal: float = 0.0) -> float:
    """Median limit on the events of a signal, with 400 background events in the region."""
    region = Counted(events(40.0), events(400.0))
    other = Counted(events(signal), events(control))
    workspace = control_workspace(region, other, NONE, transfer)
    return 40.0 * expected_limit(workspace, 0.95).expected[2]


def test_limit_is_that_of_the_on_off_problem() -> None:
    # 100 events in the control region: 10 % on the 400 of the signal region.
    assert limit(100.0) == pytest.approx(float(median_limit(400.0, 40.0)), rel=0.01)
    # So many that the background is known.
    assert limit(1e7) == pytest.approx(float(median_limit(400.0)), rel=0.01)


def test_transfer_and_contamination_weaken_the_limit() -> None:
    plain = limit(400.0)
    assert limit(400.0, transfer=0.1) > 1.3 * plain
    assert limit(400.0, signal=20.0) > 1.3 * plain
    assert limit(100.0) > 1.3 * plain


def result(**changes: Any) -> ApproachResult:
    """What the control region needs of the result of an approach."""
    names = ("name", "title", "status", "limit")
    values = {"name": "with_tagger", "title": "tagger", "status": "ok", "limit": None} | changes
    blank = object.__new__(ApproachResult)
    for name in names:
        object.__setattr__(blank, name, values[name])
    return blank


REGION, CONTROL = Counted(events(40.0), events(400.0)), Counted(events(4.0), events(390.0))


def test_result_has_the_ratio_of_the_regions() -> None:
    found, workspace = control_result(result(), REGION, CONTROL, SOME, CONFIG, 2.0)
    assert found.status == "ok"
    assert found.ratio == pytest.approx(400 / 390)
    assert found.ratio_error == pytest.approx(400 / 390 * 1e-3 * np.sqrt(2))
    assert found.limit is not None
    assert found.gain is None
    again = expected_limit(workspace, 0.95).expected
    assert found.limit.expected == pytest.approx(again, rel=3e-3)


def test_what_has_no_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Counted(CONTROL.signal, Yield.of(np.ones(3)))
    found, _ = control_result(result(), REGION, few, SOME, CONFIG, 2.0)
    assert found.status == "insufficient: 3 simulated background events in the control region"
    bad = result(status="not converged: x")
    assert control_result(bad, REGION, CONTROL, SOME, CONFIG, 2.0)[0].status == "not converged: x"

    def fail(*_: Any) -> None:
        raise NotConvergedError("stuck")

    monkeypatch.setattr(control_module, "expected_limit", fail)
    found, _ = control_result(result(), REGION, CONTROL, SOME, CONFIG, 2.0)
    assert (found.status, found.limit) == ("not converged: stuck", None)


@pytest.mark.thorough
def test_job_compares_with_the_fit_without(tmp_path: Path) -> None:
    background = BACKGROUND.write(tmp_path / "w.parquet")
    config = configured(
        bootstrap_replicas=0,
        approaches={"with_tagger": CONFIG.approaches["with_tagger"]},
        control=ControlConfig(transfer_uncertainty=0.0),
        background_uncertainty=0.5,
    )
    files = outputs(tmp_path, config)
    signal = SIGNAL.write(tmp_path / "signal.parquet")
    few = replace(SIGNAL, events=60).write(tmp_path / "same_sign.parquet")
    inputs = StatisticsInputs(
        SampleFiles(signal, {"w": background}), SampleFiles(few, {"w": background})
    )
    control = tmp_path / "control.json"
    run_statistics(inputs, replace(files, control=control), POINT, config, seed=1)
    content = read_json(tmp_path / "result.json")
    (approach,) = content["approaches"]
    found = content["control"]
    assert found["background"] == approach["background"]
    assert found["ratio"] == 1.0
    # An uncertainty of 50 % is replaced by the statistics of both regions.
    assert found["gain"] > 2.0
    assert [item["name"] for item in read_json(control)["channels"]] == ["region", "control"]


def test_a_variation_common_to_both_regions_drops_out() -> None:
    """The free normalisation takes what moves both alike; what moves their ratio stays."""
    region, other = Counted(events(40.0), events(400.0)), Counted(events(0.0), events(400.0))

    def limit_of(first: float, second: float) -> float:
        varied, varied_other = (
            replace(item, variations={"background": [Sides("x", factor, 1 / factor, (), ())]})
            for item, factor in ((region, first), (other, second))
        )
        workspace = control_workspace(varied, varied_other, NONE, 0.0)
        return expected_limit(workspace, 0.95).expected[2]

    plain = expected_limit(control_workspace(region, other, NONE, 0.0), 0.95).expected[2]
    assert limit_of(1.3, 1.3) == pytest.approx(plain, rel=0.01)
    # As much as the same uncertainty of the ratio.
    assert 40.0 * limit_of(np.exp(0.1), 1.0) == pytest.approx(limit(400.0, transfer=0.1), rel=0.01)
    assert limit_of(np.exp(0.1), 1.0) > 1.2 * plain


@pytest.mark.thorough
def test_variations_of_the_control_region_are_read(tmp_path: Path) -> None:
    """What moves the background of both regions alike costs nothing, that of one a lot."""
    signal, background = (
        SIGNAL.write(tmp_path / "s.parquet"),
        BACKGROUND.write(tmp_path / "w.parquet"),
    )
    few = replace(SIGNAL, events=60).write(tmp_path / "few.parquet")
    less = replace(BACKGROUND, weight=1.5).write(tmp_path / "less.parquet")
    config = configured(
        bootstrap_replicas=0, approaches={"with_tagger": CONFIG.approaches["with_tagger"]}
    )
    varied = {"w": {"x_up": less}}
    same_sign = SampleFiles(few, {"w": background})
    inputs = StatisticsInputs(SampleFiles(signal, {"w": background}, varied), same_sign)
    both = replace(inputs, same_sign=replace(same_sign, varied=varied))
    limits = []
    for name, item in (("both", both), ("one", inputs)):
        files = replace(outputs(tmp_path / name, config), control=tmp_path / f"{name}.json")
        run_statistics(item, files, POINT, config, seed=1)
        found = read_json(tmp_path / name / "result.json")["control"]
        limits.append(found["limit"]["expected"][2])
    assert limits[1] > 1.5 * limits[0]
    (sample,) = read_json(tmp_path / "both.json")["channels"][1]["samples"][1:]
    assert "variation_x" in [modifier["name"] for modifier in sample["modifiers"]]
