"""Results of mass points: what is shown of them, and what is never shown."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.chains.soft_electrons.figures import (
    fits,
    sensitivity,
    working_point_scan,
    yields,
)
from hepchain.chains.soft_electrons.figures.point_tables import (
    alternative_table,
    control_table,
    factor_table,
    gain_table,
    sensitivity_table,
    toy_table,
)
from hepchain.chains.soft_electrons.figures.points import fills, point, read_points, reason
from hepchain.chains.soft_electrons.figures.summary import Numbers, efficiency_table, tables
from hepchain.config.figures import EfficiencyMark, FiguresConfig
from hepchain.errors import InputError
from hepchain.figures.style import Things
from hepchain.io.structured import plain, write_json
from hepchain.statistics import results
from hepchain.statistics.bootstrap import Estimate
from hepchain.statistics.inference import Limit
from hepchain.statistics.templates import Template
from hepchain.statistics.workspace import Uncertainties
from hepchain.statistics.yields import Yield
from tests.figures.figure_inputs import POINTS, fit, lines_of, result, scan

GOOD, FEW = "higgsino_153_150", "higgsino_128_125"


def test_numbers_of_a_good_result() -> None:
    found = point(result(GOOD, 300.0, 9000.0))
    assert found.status == "ok"
    assert found.uses["with_tagger"].signal.value == pytest.approx(180.0)
    assert found.uses["with_tagger"].background.error == pytest.approx(27.0)
    first, _ = found.headline_gains
    assert (first.approach, first.over) == ("with_tagger", "without_tagger")
    assert first.s_over_sqrt_b.value == pytest.approx(0.6 / np.sqrt(0.06))
    assert found.uses["without_tagger"].limit is not None


def test_too_few_events_give_yields_but_no_result() -> None:
    found = point(result(FEW, 300.0, 9000.0, "insufficient: 2 events"))
    use = found.uses["with_tagger"]
    assert found.status == "insufficient: 2 events"
    assert use.limit is None
    assert (use.asimov.value, use.s_over_sqrt_b.value) == (None, None)
    assert found.headline_gains == []
    assert [gain.approach for gain in found.gains] == ["matched_electron"]
    assert [len(item["gains"]) for item in found.alternatives] == [1]
    assert use.signal.value == pytest.approx(180.0)


def test_result_of_another_version(tmp_path: Path) -> None:
    write_json(tmp_path / "result.json", {"point": "a"})
    with pytest.raises(InputError, match=r"result\.json: no key 'appr"):
        read_points([tmp_path / "result.json"])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("insufficient: 2 events", "not enough events"),
        ("not converged: SLSQP", "fit failed"),
        ("ok", "no limit"),
    ],
)
def test_what_is_said_in_place_of_a_limit(status: str, said: str) -> None:
    assert reason(status) == said


def test_record_of_the_statistics_stage_can_be_read() -> None:
    """The file that the statistics stage writes has every key that is read here."""
    one = Yield(10.0, 1.0, 0.1, 100, 100.0)
    template = Template((10.0,), (1.0,), (100,))
    use = results.ApproachResult(
        name="with_tagger",
        title="tagger",
        status="ok",
        signal=one,
        background=one,
        backgrounds={"wenu_jets": one},
        signal_uncertainty=2.0,
        background_uncertainty=2.0,
        background_variation=0.5,
        variations=(),
        templates=results.TemplateSummary((0.0, 3.0), 1, template, template),
        significances=results.Significances(1.0, 3.2, 2.0, 3.0, 1.9),
        limit=Limit((0.5, 0.7, 1.0, 1.4, 1.9), (0.1, 10.0), "newton"),
    )
    estimate = Estimate(2.0, 0.1, 1.9, 2.1, 0)
    estimates = results.Estimates(*[estimate] * 5)
    first = results.ApproachResult(**{**vars(use), "name": "without_tagger"})
    six: Any = (estimate,) * 6
    gain = results.Gain(*("with_tagger", "without_tagger", *six, 2.0, estimate))
    other = results.Alternative("with_tagger", "x", "X", one, one, estimates, (gain,))
    written = results.PointResult(
        GOOD, 153.0, 150.0, 3.0, 139.0, 0.95, (-2, -1, 0, 1, 2), "keras",
        Uncertainties({"cross_section": 0.2}, 0.2, 0.01),
        "with_tagger", "without_tagger", (first, use),
        {"with_tagger": estimates, "without_tagger": estimates}, (gain,), (other,),
        (results.GainFactors("with_tagger", *[estimate] * 7),),
    )  # fmt: skip
    found = point(asdict(written))
    assert found.uses["with_tagger"].limit == (0.5, 0.7, 1.0, 1.4, 1.9)
    assert found.uses["without_tagger"].s_over_sqrt_b.value == 2.0
    (last,) = found.headline_gains
    assert (last.asimov.value, last.asimov.error) == (2.0, 0.1)
    assert last.limit.value == 2.0
    assert found.alternatives[0]["title"] == "X"
    assert found.factors["with_tagger"]["efficiency"]["value"] == 2.0


def limits(things: Things, config: FiguresConfig, *points: dict[str, Any]) -> Any:
    numbers = sensitivity.Sensitivity([point(p) for p in points], 0.05, {}, {})
    return sensitivity.draw(numbers, things, config)


def test_limits_are_drawn_at_their_values(things: Things, config: FiguresConfig) -> None:
    figure = limits(things, config, result(GOOD, 300.0, 9000.0))
    expected = point(result(GOOD, 300.0, 9000.0)).uses["with_tagger"].limit
    assert expected is not None
    bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in figure.axes[0].patches]
    assert any(bar == pytest.approx((expected[0], expected[4])) for bar in bars)
    assert any(bar == pytest.approx((expected[1], expected[3])) for bar in bars)


def test_too_few_events_are_said_and_not_drawn(things: Things, config: FiguresConfig) -> None:
    good = limits(things, config, result(GOOD, 300.0, 9000.0))
    few = limits(things, config, result(GOOD, 300.0, 9000.0, "insufficient: 2 events"))
    assert "not enough events" in [text.get_text() for text in few.axes[0].texts]
    assert [t.get_text() for t in few.axes[1].texts] == ["not enough\nevents"]
    # One box of two bands a result: those of the use with too few events are missing.
    assert len(good.axes[0].patches) - len(few.axes[0].patches) == 2
    assert len(few.axes[1].containers) == 0


def test_shares_kept(things: Things) -> None:
    points = [point(result(GOOD, 300.0, 9000.0)), point(result(FEW, 0.0, 0.0))]
    matched, shares = yields.kept(points)
    assert matched.background[0] == pytest.approx(0.01)
    assert shares.signal[0] == pytest.approx(0.6)
    assert shares.background[0] == pytest.approx(0.06)
    assert np.isnan(shares.signal[1])


def test_headline_and_baseline_are_those_named_whatever_the_order() -> None:
    content = result(GOOD, 300.0, 9000.0)
    turned = {**content, "approaches": content["approaches"][::-1]}
    one, other = point(content), point(turned)
    assert list(other.uses) == list(one.uses)[::-1]
    assert fills([other]) == fills([one])
    assert fills([one])["with_tagger"] == "black"
    assert {gain.over for gain in other.headline_gains} == {"without_tagger", "matched_electron"}
    shares = {item.approach: item.signal[0] for item in yields.kept([other])}
    assert shares == {item.approach: item.signal[0] for item in yields.kept([one])}


def test_table_of_best_working_points(tmp_path: Path, things: Things) -> None:
    write_json(tmp_path / "scan.json", scan(GOOD))
    (found,) = working_point_scan.read_scans([tmp_path / "scan.json"])
    assert found.curves["asimov"].fake_rate.tolist() == [0.5, 0.1, 0.05, 0.02]
    assert found.discriminants == {"count": 4.0, "mass": 3.0, "score": 2.0}
    table = working_point_scan.table([found], things)
    title = "higgsino (153, 150) GeV"
    assert lines_of(table)[1] == [title, "s/√b", "2.0", "2.0 to 5.0", "1.50 ± 0.20", ""]
    write_json(tmp_path / "scan.json", {"point": GOOD})
    with pytest.raises(InputError, match="another version"):
        working_point_scan.read_scans([tmp_path / "scan.json"])


def test_parameters_of_a_fit(tmp_path: Path) -> None:
    write_json(tmp_path / "fit.json", fit(GOOD))
    (found,) = fits.read_fits([tmp_path / "fit.json"])
    assert [item.title for item in found.impacts] == ["background", "simulated signal", "ISR"]
    assert (found.impacts[0].up, found.impacts[0].constraint) == (-3.0, 0.5)
    assert fits.title("staterror_background[2]") == "simulated background, bin 3"
    write_json(tmp_path / "fit.json", {"point": GOOD})
    with pytest.raises(InputError, match="another version"):
        fits.read_fits([tmp_path / "fit.json"])


def test_parameters_with_the_largest_correlations_are_shown() -> None:
    values = [[1.0, 0.1, -0.8], [0.1, 1.0, 0.0], [-0.8, 0.0, 1.0]]
    assert fits.most_correlated(values, 2) == [0, 2]


def toy_number(value: float) -> results.ToyNumber:
    """A number from toys."""
    return results.ToyNumber(value, 0.1, value / 1.2, 1.2, 0.05)


class TestSummary:
    def test_line_of_a_point(self, things: Things) -> None:
        points = [
            point(result(GOOD, 300.0, 9000.0)),
            point(result(FEW, 300.0, 9000.0, "insufficient: 2 events")),
        ]
        numbers = plain({"points": points, "expectation": {GOOD: 2.345}})
        content = json.loads(json.dumps(numbers, sort_keys=True))  # as it lies in a file
        table = sensitivity_table(content, things)
        title = "higgsino (153, 150) GeV"
        assert lines_of(table)[0][:4] == [title, "without tagger", "300.0 ± 9.0", "9000 ± 450"]
        assert lines_of(table)[2][:5] == [
            title,
            "with tagger",
            "180.0 ± 5.4",
            "540 ± 27",
            "33.3 ± 1.7",
        ]
        assert lines_of(table)[5][4:] == ["–", "–", "–", "–", "not enough events"]
        gains = gain_table(content, things)
        ratios = ["10.00 ± 0.50", "2.45 ± 0.10", "5.00 ± 0.30", "2.45 ± 0.10", "2.50 ± 0.20"]
        assert lines_of(gains)[0][1:] == ["matched electron", "without tagger", *ratios, ""]
        assert lines_of(gains)[1][1:] == ["with tagger", "without tagger", *ratios, "2.3"]
        assert len(gains.frame) == 4
        factors = factor_table(content, things)
        cells = ["4.00 ± 0.40", "0.500 ± 0.050", "0.800 ± 0.080", "1.10 ± 0.11", "1.76 ± 0.18"]
        assert lines_of(factors)[1][1:] == ["with tagger", "80.0 ± 8.0 %", "4.00 ± 0.40 %", *cells]
        control = control_table(content, things)
        assert control is not None
        expected = ["30.0 ± 1.0", "540 ± 30", "1.00 ± 0.10", "3.0 [2.0, 4.0]", "1.5"]
        assert lines_of(control)[0][1:] == expected
        others = alternative_table(content, things)
        assert others is not None
        assert lines_of(others)[0][2:5] == ["more hadrons", "30.00 ± 0.90", "90.0 ± 4.5"]
        assert [row[7] for row in lines_of(others)] == ["2.45 ± 0.10", ""]

    def test_tables_without_a_line_have_their_header(self, things: Things) -> None:
        item = result(FEW, 3.0, 4.0, "insufficient: 2 events") | {"gains": [], "factors": []}
        content = {"points": [plain(point(item))], "expectation": {}}
        for table in (gain_table(content, things), factor_table(content, things)):
            assert table.frame.empty
            assert list(table.frame)[:2] == ["Signal", "approach"]

    def test_toys_stand_beside_formulas(self, things: Things) -> None:
        toys = asdict(
            results.ToyLimits(
                "ok", 1000, 2, 0.2, 0.3, tuple(toy_number(x) for x in range(1, 6)), None, None
            )
        )
        failed = {**toys, "status": "failed: no limit", "expected": None}
        plenty, few, bad = (result(GOOD, 3.0, 4.0) for _ in range(3))
        few["approaches"][0] |= {
            "toys": {**toys, "observed": asdict(toy_number(7)), "p_value": asdict(toy_number(0.2))},
            "observed": {"events": 6, "limit": 6.0, "significance": 1.0},
        }
        bad["approaches"][0]["toys"] = failed
        content = [{"points": [plain(point(item))]} for item in (plenty, few, bad)]
        assert toy_table(content[0], things) is None
        tables = [toy_table(item, things) for item in content[1:]]
        row, other = (lines_of(table)[0] for table in tables if table is not None)
        assert row[4:6] == ["3.00 ± 0.10", "1.200 ± 0.050"]
        assert row[-4:] == ["7.00 ± 0.10", "1.200 ± 0.050", "0.20 ± 0.10", "1.200 ± 0.050"]
        assert other[4] == "failed: no limit"
        assert all(len(lines_of(table)[0]) == len(table.frame.columns) for table in tables if table)

    def test_reference_stands_in_the_right_bins(
        self, things: Things, config: FiguresConfig
    ) -> None:
        curve = {
            "category": "all", "label": "signal", "kind": "overall",
            "value": [0.5] * 4, "low": [0.4] * 4, "high": [0.6] * 4,
        }  # fmt: skip
        record = {
            "tagger": "keras", "fake_rate": 0.05, "edges": [0.5, 1, 2, 3, 5], "curves": [curve],
        }  # fmt: skip
        marks = [*config.reference.efficiency, EfficiencyMark(pt=(0.7, 0.7), low=0.1, high=0.1)]
        table = efficiency_table([record], things, marks)
        assert [row[-1] for row in lines_of(table)] == ["10 %", "50 %", "60 to 70 %", "≥ 80 %"]
        assert lines_of(table)[0][:2] == ["0.5 to 1", "50 ± 10 %"]

    def test_all_tables_of_a_run(
        self, drawn: dict[str, Any], things: Things, config: FiguresConfig
    ) -> None:
        names = ("category_shares", "roc", "efficiency_vs_pt", "sensitivity")
        shares, rocs, efficiencies, limits_ = (plain(drawn[name].numbers) for name in names)
        numbers = Numbers(shares, rocs, [efficiencies], limits_, {})
        found = tables(numbers, things, config.reference)
        assert [len(table.frame) for table in found] == [
            12,
            10,
            8,
            len(POINTS),
            len(POINTS),
            7,
            9,
            4,
        ]
        assert all(
            len(row) == len(table.frame.columns) for table in found for row in lines_of(table)
        )
