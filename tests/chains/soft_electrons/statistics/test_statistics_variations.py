"""Effects of variations and their errors, and what the statistical model makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyhf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.statistics import job as zstar_job
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.job import StatisticsInputs, run_statistics
from hepchain.io import ParquetWriter, read_json, read_parquet
from hepchain.statistics import region as region_module
from hepchain.statistics.inference import Limit
from hepchain.statistics.region import Region, analyse
from hepchain.statistics.templates import Entries, Template, Templates
from hepchain.statistics.variations import (
    SMALLEST_FACTOR,
    Change,
    Sides,
    Varied,
    model_sides,
    relative_change,
    variation_results,
    yield_variation,
)
from hepchain.statistics.workspace import Uncertainties, make_workspace
from tests.chains.soft_electrons.statistics.statistics_samples import (
    CONFIG,
    POINT,
    SIGNAL,
    by_name,
    configured,
    outputs,
)

NUMBERS = np.arange(1000)


def change_of(kept: npt.NDArray[np.bool_], added: int = 0, factor: float = 1.0) -> Change:
    """Change of a thousand events of weight 2 of which some are lost, and others appear."""
    numbers = np.concatenate([NUMBERS[kept], 5000 + np.arange(added)])
    return relative_change(
        NUMBERS, np.full(1000, 2.0), numbers, np.full(len(numbers), 2.0 * factor)
    )


def test_the_same_events_have_no_change_and_no_error() -> None:
    assert change_of(NUMBERS >= 0) == Change(0.0, 0.0)


@given(st.floats(0.1, 10.0))
def test_a_common_factor_has_no_statistical_error(factor: float) -> None:
    found = change_of(NUMBERS >= 0, factor=factor)
    assert found.value == pytest.approx(factor - 1.0)
    assert found.error == pytest.approx(0.0, abs=1e-12)


def test_lost_events_have_a_binomial_error() -> None:
    found = change_of(NUMBERS >= 100)
    assert found.value == pytest.approx(-0.1)
    assert found.error == pytest.approx(np.sqrt(0.9 * 0.1 / 999))


def test_exchanged_events_add_the_errors_of_both_kinds() -> None:
    found = change_of(NUMBERS >= 50, added=50)
    assert found.value == pytest.approx(0.0)
    assert found.error == pytest.approx(np.sqrt(100) / 1000, rel=0.001)


def test_error_is_that_of_a_bootstrap_over_events() -> None:
    random = np.random.default_rng(1)
    weight = random.exponential(1.0, 1000)
    kept, new = random.random(1000) < 0.9, np.arange(2000, 2060)
    factor = random.normal(1.05, 0.1, 1000)
    varied = np.concatenate([(weight * factor)[kept], random.exponential(1.0, 60)])
    found = relative_change(NUMBERS, weight, np.concatenate([NUMBERS[kept], new]), varied)
    w = np.concatenate([weight, np.zeros(60)])
    v = np.concatenate([np.where(kept, weight * factor, 0.0), varied[kept.sum() :]])
    drawn = random.poisson(1.0, (4000, len(w)))
    replicas = drawn @ v / (drawn @ w) - 1.0
    assert found.value == pytest.approx(v.sum() / w.sum() - 1.0)
    assert found.error == pytest.approx(np.std(replicas), rel=0.05)
    independent = np.hypot(1 / np.sqrt(500), 1 / np.sqrt(500))
    assert found.error < 0.5 * independent


@given(st.permutations(range(12)), st.integers(1, 11))
@settings(max_examples=30)
def test_order_of_events_does_not_matter(order: list[int], kept: int) -> None:
    numbers = np.arange(12)
    weight = np.arange(1.0, 13.0, dtype=np.float64)
    before = relative_change(numbers, weight, numbers[:kept], weight[:kept])
    shuffled = numbers[order]
    assert relative_change(shuffled, weight[order], numbers[:kept], weight[:kept]) == before


def test_no_event_left_has_the_error_of_one_and_none_before_has_no_change() -> None:
    none: Any = np.array([], dtype=np.int64)
    found = relative_change(NUMBERS, np.ones(1000), none, np.array([]))
    assert (found.value, found.error) == (-1.0, pytest.approx(0.001))
    assert relative_change(none, np.array([]), NUMBERS, np.ones(1000)) == Change(None, None)
    assert not Change(None, None).significant


def test_of_a_single_event_the_error_is_not_known() -> None:
    one = NUMBERS[:1]
    found = relative_change(one, np.ones(1), one, np.full(1, 1.3))
    assert (found.value, found.error) == (pytest.approx(0.3), None)
    assert not found.significant


def template(*contents: float) -> Template:
    return Template(contents, (0.1,) * len(contents), (10,) * len(contents))


def varied(name: str, *contents: float, error: float = 0.0) -> Varied:
    """A variation with these contents of unit bins, of a sample of yield 10."""
    values = np.arange(0.5, len(contents), dtype=np.float64)
    entries = Entries(values, np.array(contents))
    return Varied(name, entries, Change(sum(contents) / 10.0 - 1.0, error))


def edges(bins: int) -> npt.NDArray[np.float64]:
    return np.arange(bins + 1.0)


def test_both_sides_are_those_of_the_variations() -> None:
    (found,) = model_sides(
        template(10.0), [varied("noise_up", 9.0), varied("noise_down", 12.0)], edges(1)
    )
    assert (found.source, found.up, found.down) == ("noise", 0.9, 1.2)


@pytest.mark.parametrize(("name", "up", "down"), [("a_up", 1.25, 0.8), ("a_down", 0.8, 1.25)])
def test_one_side_alone_is_mirrored(name: str, up: float, down: float) -> None:
    items = [varied(name, 12.5)]
    sides = model_sides(template(10.0), items, edges(1))
    assert (sides[0].up, sides[0].down) == pytest.approx((up, down))
    (record,) = variation_results("w", items, sides)
    assert record.mirrored
    assert record.change == pytest.approx(0.25)


def test_shapes_keep_the_nominal_yield() -> None:
    nominal = template(6.0, 4.0)
    (found,) = model_sides(nominal, [varied("a_up", 9.0, 3.0)], edges(2))
    assert found.up == pytest.approx(1.2)
    assert found.up_shape == pytest.approx((7.5, 2.5))
    assert found.down_shape == pytest.approx((4.5, 5.5))
    assert sum(found.down_shape) == pytest.approx(10.0)


def test_a_mirrored_shape_never_falls_below_zero() -> None:
    (found,) = model_sides(template(2.0, 8.0), [varied("a_up", 10.0, 0.0)], edges(2))
    assert min(found.down_shape) == 0.0
    assert sum(found.down_shape) == pytest.approx(10.0)


def test_a_yield_of_nothing_is_bounded() -> None:
    (found,) = model_sides(template(10.0), [varied("a_up", 0.0)], edges(1))
    assert found.up == SMALLEST_FACTOR
    assert found.up_shape == (10.0,)


def test_without_nominal_events_there_is_nothing_to_vary() -> None:
    assert model_sides(template(0.0), [varied("a_up", 1.0)], edges(1)) == ()


def test_insignificant_sources_can_be_left_out() -> None:
    items = [
        varied("small_up", 10.1, error=0.05),
        varied("half_up", 10.1, error=0.05),
        varied("half_down", 8.0, error=0.05),
        varied("large_up", 12.0, error=0.05),
    ]
    every = model_sides(template(10.0), items, edges(1))
    some = model_sides(template(10.0), items, edges(1), only_significant=True)
    assert [item.source for item in every] == ["small", "half", "large"]
    assert [item.source for item in some] == ["half", "large"]
    applied = {r.variation: r.applied for r in variation_results("w", items, some)}
    assert applied == {"small_up": False, "half_up": True, "half_down": True, "large_up": True}


def test_backgrounds_change_together_by_a_source_and_sources_independently() -> None:
    def sides(source: str, up: float, down: float) -> Sides:
        return Sides(source, up, down, (), ())

    yields = {"w": 100.0, "z": 50.0}
    found = yield_variation(
        yields, {"w": [sides("a", 1.1, 0.95), sides("b", 1.3, 0.7)], "z": [sides("a", 1.2, 0.9)]}
    )
    assert found == pytest.approx(np.hypot(100 * 0.1 + 50 * 0.2, 100 * 0.3))
    assert yield_variation(yields, {}) == 0.0
    opposite = {"w": [sides("a", 1.1, 0.9)], "z": [sides("a", 0.8, 1.2)]}
    assert yield_variation(yields, opposite) == pytest.approx(0.0)


SIDES = {
    "signal": [Sides("a", 1.1, 0.9, (1.5, 2.5), (0.5, 3.5))],
    "w": [Sides("a", 1.2, 0.7, (30.0, 30.0), (10.0, 50.0)), Sides("b", 1.3, 0.8, (), ())],
}


def model_of(templates: Templates, sides: Any) -> Any:
    workspace = make_workspace(templates, Uncertainties({}, 0.0, 0.0), "x", variations=sides)
    pyhf.schema.validate(workspace, "workspace.json")
    return pyhf.Workspace(workspace).model()


def expected(model: Any, **values: float) -> Any:
    parameters = np.array(model.config.suggested_init())
    for name, value in values.items():
        parameters[model.config.par_slice(name)] = value
    return model.expected_actualdata(parameters)


def test_a_source_has_one_parameter_common_to_all_samples() -> None:
    templates = Templates((0.0, 1.0), 1, template(4.0), {"w": template(60.0)})
    model = model_of(templates, SIDES)
    names = [name for name in model.config.parameters if name.startswith("variation")]
    assert sorted(names) == ["variation_a", "variation_b"]
    assert expected(model, variation_a=1.0) == pytest.approx([4.0 * 1.1 + 60.0 * 1.2])
    assert expected(model, variation_a=-1.0) == pytest.approx([4.0 * 0.9 + 60.0 * 0.7])
    assert expected(model, variation_b=1.0) == pytest.approx([4.0 + 60.0 * 1.3])
    assert model.config.param_set("variation_a").constrained


def test_shapes_vary_with_several_bins_and_scale_with_the_signal() -> None:
    templates = Templates(
        (0.0, 1.0, 2.0), 2, template(1.0, 3.0), {"w": template(20.0, 40.0), "z": template(1.0, 1.0)}
    )
    sides = {"signal": SIDES["signal"], "w": SIDES["w"][:1]}
    model = model_of(templates, sides)
    found = expected(model, variation_a=1.0, mu=2.0)
    w, signal = np.array([30.0, 30.0]) * 1.2, np.array([1.5, 2.5]) * 1.1
    assert found == pytest.approx(w + 2.0 * signal + 1.0)
    scaled = make_workspace(
        templates, Uncertainties({}, 0.0, 0.0), "x", signal_factor=10.0, variations=sides
    )
    shape = [m for m in scaled["channels"][0]["samples"][0]["modifiers"] if m["type"] == "histosys"]
    assert shape[0]["data"]["hi_data"] == pytest.approx([15.0, 25.0])


def test_a_background_variation_weakens_the_limit() -> None:
    random = np.random.default_rng(1)
    entries = Entries(random.uniform(0, 5, 4000), np.full(4000, 0.1))
    region = Region(
        "x",
        "a",
        "A",
        Entries(entries.value[:600], np.full(600, 0.1)),
        {"w": entries},
        np.array([0.0, 5.0]),
        {},
    )
    up = Entries(entries.value[:2000], entries.weight[:2000])
    changed = Region(**{**vars(region), "varied": {"w": [Varied("a_up", up, Change(-0.5, 0.01))]}})
    config = configured(background_uncertainty=0.05)
    plain, shaken = (analyse(item, config)[0] for item in (region, changed))
    assert plain.limit is not None
    assert shaken.limit is not None
    assert shaken.limit.expected[2] > 1.5 * plain.limit.expected[2]
    assert shaken.background_variation == pytest.approx(400.0)  # the mirrored side, a factor 2
    assert shaken.significances.asimov is not None
    assert plain.significances.asimov is not None
    assert shaken.significances.asimov < plain.significances.asimov
    assert plain.variations == ()


@pytest.fixture
def _without_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit((0.5, 0.7, 1.0, 1.5, 2.0), (0.0, 4.0), "newton")
    monkeypatch.setattr(region_module, "expected_limit", lambda *_: limit)
    monkeypatch.setattr(region_module, "discovery_significance", lambda *_, **__: 1.0)
    fit = {"diagnostics": None}
    monkeypatch.setattr(zstar_job, "fit_content", lambda *_: fit)


def write_with(path: Path, source: Path, rows: slice, **columns: Any) -> Path:
    """Some rows of a table of candidates, with further columns."""
    content = read_parquet(source)[rows]
    with ParquetWriter.open(path) as writer:
        writer.write({**{name: content[name] for name in content.fields}, **columns})
    return path


@pytest.mark.usefixtures("_without_fits")
@pytest.mark.parametrize("choice", ["apply", "drop"])
def test_job_with_simulated_and_weight_variations(tmp_path: Path, choice: str) -> None:
    nominal = SIGNAL.write(tmp_path / "nominal.parquet")
    weights = {"weight_isr_up": np.full(600, 1.1), "weight_isr_down": np.full(600, 0.9)}
    signal = write_with(tmp_path / "signal.parquet", nominal, slice(None), **weights)
    background = write_with(tmp_path / "w.parquet", nominal, slice(None))
    files = SampleFiles(
        signal=signal,
        backgrounds={"w": background},
        varied={
            "point": {
                "noise_up": write_with(tmp_path / "up.parquet", nominal, slice(0, 540)),
                "none_up": signal,
            },
            "w": {"noise_up": write_with(tmp_path / "w_up.parquet", nominal, slice(0, 300))},
        },
        weights={"isr_up": "weight_isr_up", "isr_down": "weight_isr_down"},
    )
    config = configured(bootstrap_replicas=0, insignificant_variations=choice)
    run_statistics(StatisticsInputs(files), outputs(tmp_path), POINT, config, seed=1)
    result = read_json(tmp_path / "result.json")
    for use, name in (
        ("without_tagger", "without_tagger.json"),
        ("with_tagger", "with_tagger.json"),
    ):
        found = {
            (item["sample"], item["variation"]): item for item in by_name(result)[use]["variations"]
        }
        assert set(found) == {
            ("signal", "noise_up"),
            ("signal", "none_up"),
            ("signal", "isr_up"),
            ("signal", "isr_down"),
            ("w", "noise_up"),
        }
        assert found["signal", "isr_up"]["change"] == pytest.approx(0.1)
        assert found["signal", "isr_up"]["error"] == pytest.approx(0.0, abs=1e-9)
        assert not found["signal", "isr_up"]["mirrored"]
        assert found["signal", "noise_up"]["change"] == pytest.approx(-0.1, abs=0.05)
        assert 0.0 < found["signal", "noise_up"]["error"] < 0.03
        assert found["w", "noise_up"]["change"] == pytest.approx(-0.5, abs=0.1)
        assert found["signal", "none_up"] == {
            "sample": "signal",
            "variation": "none_up",
            "source": "none",
            "change": 0.0,
            "error": 0.0,
            "applied": choice == "apply",
            "mirrored": choice == "apply",
        }
        modifiers = {
            sample["name"]: {m["name"] for m in sample["modifiers"] if "variation" in m["name"]}
            for sample in read_json(tmp_path / name)["channels"][0]["samples"]
        }
        kept = {"variation_noise", "variation_isr"}
        assert modifiers["signal"] == (kept | {"variation_none"} if choice == "apply" else kept)
        assert modifiers["w"] == {"variation_noise"}
        systematic = by_name(result)[use]["background_variation"]
        share = systematic / by_name(result)[use]["background"]["value"]
        assert share == pytest.approx(1.0, abs=0.3)  # half the events up, twice as many down
    assert CONFIG.insignificant_variations == "apply"
