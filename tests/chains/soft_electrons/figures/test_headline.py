"""Headline numbers: those of the figures, by name, with their errors."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from hepchain.chains.soft_electrons.figures.headline import headline
from hepchain.chains.soft_electrons.figures.points import Value, point
from hepchain.chains.soft_electrons.figures.summary import Numbers
from hepchain.io.structured import plain
from tests.figures.figure_inputs import CATEGORIES, POINTS, result

RATES: dict[str, dict[str, Any]] = {
    "wenu_jets": {
        "status": "ok",
        "closure": {"axes": {"pt": {"p_value": 0.4}}},
        "others": {"tight": {"status": "ok", "closure": {"axes": {"pt": {"p_value": 0.7}}}}},
    },
    "other": {"status": "counted: too few hadron tracks for rates", "others": {}},
}
FORCED: dict[str, dict[str, Any]] = {
    "wenu_jets": {
        "forced": {"value": 1.2, "relative_error": 0.03, "effective_events": 1111.0},
        "natural": {"value": 1.0, "relative_error": 0.4, "effective_events": 6.25},
    },
    "other": {
        "forced": {"value": 0.0, "relative_error": None, "effective_events": 0.0},
        "natural": {"value": 1.0, "relative_error": 0.4, "effective_events": 6.25},
    },
}
WITHOUT_ERROR = (
    "effective_background/",
    "effective_forced_electrons/",
    "closure_p_value/",
    "limit_mu_with_same_sign/",
)
GOOD, FEW = "higgsino_153_150", "higgsino_128_125"


@pytest.fixture
def found(drawn: dict[str, Any]) -> dict[str, Value]:
    names = ("category_shares", "roc", "efficiency_vs_pt", "sensitivity")
    shares, rocs, efficiencies, limits = (plain(drawn[name].numbers) for name in names)
    return headline(Numbers(shares, rocs, [efficiencies], limits, RATES, FORCED))


def test_a_number_for_everything_that_has_one(found: dict[str, Value]) -> None:
    uses = [f"{point}/{use}" for point in POINTS for use in result(point, 1.0, 1.0)["estimates"]]
    kinds = ("limit_mu", "signal", "background", "significance", "effective_background")
    expected = {f"{kind}/{use}" for kind in kinds for use in uses}
    expected |= {f"limit_mu_with_same_sign/{point}" for point in POINTS}
    expected |= {f"auc/{t}/{c}" for t in ("keras", "xgboost") for c in (*CATEGORIES, "all")}
    expected |= {f"closure_p_value/{background}" for background in (*RATES, "wenu_jets/tight")}
    of_forced = ("effective_forced_electrons", "forced_over_natural")
    expected |= {f"{kind}/{background}" for kind in of_forced for background in FORCED}
    edges = ("0.5", "0.75", "1", "1.25", "1.5", "2", "2.5", "3", "4", "5")
    bins = ["all", *(f"pt_{low}_{high}" for low, high in pairwise(edges))]
    expected |= {f"{kind}/keras/{bin_}" for kind in ("efficiency", "fake_rate") for bin_ in bins}
    assert {name for name in found if not name.startswith("limit_gain/")} == expected
    assert f"limit_gain/{GOOD}/with_tagger/without_tagger" in found


def test_numbers_are_those_of_the_figures(found: dict[str, Value], drawn: dict[str, Any]) -> None:
    (curve,) = (c for c in drawn["roc"].numbers if (c.tagger, c.category) == ("xgboost", "trt"))
    assert found["auc/xgboost/trt"] == Value(curve.auc, curve.auc_error)
    fakes = drawn["efficiency_vs_pt"].numbers.of("all", "background", "overall")
    half = (fakes.high[1] - fakes.low[1]) / 2.0
    assert found["fake_rate/keras/pt_0.75_1"] == Value(fakes.value[1], half)
    assert (
        found["fake_rate/keras/all"].value == fakes.inclusive.value == pytest.approx(0.05, rel=0.1)
    )
    use = point(result(GOOD, 300.0, 9000.0)).uses["with_tagger"]
    assert use.limit is not None
    assert found[f"limit_mu/{GOOD}/with_tagger"].error == use.limit_error
    assert use.background.value
    assert use.background.error
    effective = found[f"effective_background/{GOOD}/with_tagger"].value
    assert effective == pytest.approx((use.background.value / use.background.error) ** 2)
    assert found[f"limit_mu_with_same_sign/{GOOD}"] == Value(3.0)
    assert found["closure_p_value/wenu_jets"] == Value(0.4)
    assert found["closure_p_value/wenu_jets/tight"] == Value(0.7)
    assert found["effective_forced_electrons/wenu_jets"] == Value(1111.0)
    ratio = found["forced_over_natural/wenu_jets"]
    assert (ratio.value, ratio.error) == pytest.approx((1.2, 1.2 * (0.03**2 + 0.4**2) ** 0.5))
    assert found["forced_over_natural/other"] == Value(None)


def test_what_does_not_exist_is_named_and_has_no_value(found: dict[str, Value]) -> None:
    nothing = Value(None)
    assert (
        found[f"limit_mu/{FEW}/with_tagger"] == found[f"significance/{FEW}/with_tagger"] == nothing
    )
    assert found[f"signal/{FEW}/with_tagger"].error
    bare = {name for name, number in found.items() if number.value and not number.error}
    assert {name for name in bare if not name.startswith(WITHOUT_ERROR)} == set()
    assert found["closure_p_value/other"] == nothing
    unseen = plain(point(result(GOOD, 300.0, 0.0)))
    background = headline(Numbers([], [], [], {"points": [unseen]}, {}))[
        f"background/{GOOD}/with_tagger"
    ]
    assert background == Value(0.0)
    curve = {"label": "background", "category": "all", "kind": "overall"}
    empty = {"value": None, "low": 0.0, "high": 1.0}
    shares = {name: [value] for name, value in empty.items()}
    record = {"tagger": "t", "edges": [1, 2], "curves": [{**curve, **shares, "inclusive": empty}]}
    numbers = headline(Numbers([], [], [record], {"points": []}, {}))
    assert numbers == {"fake_rate/t/all": nothing, "fake_rate/t/pt_1_2": nothing}
