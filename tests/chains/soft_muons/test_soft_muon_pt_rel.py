"""Efficiencies by templates of pTrel, with muons whose efficiencies are known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hepchain.chains.soft_muons.config.pt_rel import PtRelConfig, TemplateVariation
from hepchain.chains.soft_muons.figures import pt_rel as figures
from hepchain.chains.soft_muons.origins import Origin
from hepchain.chains.soft_muons.results.pt_rel import (
    PtRel,
    _varied,
    calibrate,
    fit,
    histogram,
)
from hepchain.chains.soft_muons.results.summary import _of_calibration
from hepchain.chains.soft_muons.results.table import Booleans, Scored
from hepchain.io.structured import plain
from tests.chains.soft_muons.test_soft_muon_results import LOOKS, THINGS
from tests.chains.soft_muons.test_soft_muon_tight import scored

SIZE = 24_000
EFFICIENCY, ACCEPTANCE = 0.9, 0.3
CONFIG = PtRelConfig(
    pt_edges=[4.0, 8.0, 500.0], bins=12, max_pt_rel=3.0, splits=6, min_muons=20, variations={}
)


def muons(size: int = SIZE) -> tuple[Scored, Booleans]:
    """Muons of which known shares pass, whatever their pTrel."""
    found = scored(size=size)
    random = np.random.default_rng(8).random(size)
    return found, random < np.where(found.signal, EFFICIENCY, ACCEPTANCE)


def calibrated(config: PtRelConfig = CONFIG, size: int = SIZE, **changes: Any) -> PtRel:
    found, passing = muons(size)
    found = replace(found, **changes)
    random = np.random.default_rng(2)
    return calibrate("run3", found, {"network": passing, "tight": passing}, config, random)


@pytest.fixture(scope="module")
def nominal() -> PtRel:
    return calibrated()


def test_templates_apart_have_the_errors_of_counts() -> None:
    """Where no bin has both, yields are sums of weights, errors the roots of those of squares.

    Templates of many more entries than the data, whose own statistics are no matter.
    """
    edges = np.linspace(0.0, 1.0, 5)
    low, high = np.array([[3e5, 3e5], [1e5, 1e5], [0, 0], [0, 0]]), np.zeros((4, 2))
    high[2:] = [[2e5, 2e5], [2e5, 2e5]]
    data = 0.5 * np.array([[300, 150], [100, 50], [200, 100], [200, 100]])
    found = fit(data, low, high, edges)
    for number, total, squares in ((found.signal, 200, 100), (found.background, 200, 100)):
        assert number.value == pytest.approx(total, rel=1e-2)
        assert number.error == pytest.approx(squares**0.5, rel=3e-2)
    assert found.degrees_of_freedom == 2


def test_templates_of_few_muons_have_larger_errors() -> None:
    edges, random = np.linspace(0.0, 3.0, 11), np.random.default_rng(1)
    errors = []
    for size in (400, 40_000):
        signal, background = (
            histogram(random.exponential(mean, size), np.ones(size), edges) for mean in (1.0, 0.4)
        )
        both = np.concatenate([random.exponential(1.0, 2000), random.exponential(0.4, 1000)])
        data = histogram(both, np.ones(3000), edges)
        errors.append(fit(data, signal, background, edges).signal.error)
    assert errors[0] > 1.2 * errors[1]


def test_the_last_bin_has_what_lies_beyond() -> None:
    found = histogram(np.array([0.5, 7.0]), np.array([2.0, 3.0]), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_array_equal(found, [[2.0, 4.0], [3.0, 9.0]])


def test_fits_find_the_efficiencies(nominal: PtRel) -> None:
    for of_bin in nominal.selections["network"].bins:
        assert of_bin is not None
        assert of_bin.signal.value == pytest.approx(EFFICIENCY, abs=4 * of_bin.signal.error)
        assert of_bin.background.value == pytest.approx(ACCEPTANCE, abs=4 * of_bin.background.error)
        assert of_bin.signal.error < 0.05
        assert abs(of_bin.bias.value) < 3 * of_bin.bias.error
        assert of_bin.passing.chi2 < 4 * of_bin.passing.degrees_of_freedom
    together = nominal.selections["network"]
    assert together.true_signal == pytest.approx(EFFICIENCY, abs=0.01)
    assert together.signal.value == pytest.approx(EFFICIENCY, abs=4 * together.signal.error)


def test_halves_are_of_events_and_the_same_for_all_selections(nominal: PtRel) -> None:
    assert nominal.selections["network"] == nominal.selections["tight"]
    assert calibrated() == nominal


def test_a_variation_without_a_change_shifts_nothing_and_one_of_a_shape_does() -> None:
    variations = {
        "none": TemplateVariation(),
        "charm": TemplateVariation(charm=3.0),
        "shape": TemplateVariation(background_pt_rel=1.3),
    }
    found = calibrated(CONFIG.model_copy(update={"variations": variations}))
    of_bin = found.selections["network"].bins[0]
    assert of_bin is not None
    # There is no charm among these muons.
    assert of_bin.shifts["none"] == of_bin.shifts["charm"] == 0.0
    assert abs(of_bin.shifts["shape"]) > 1e-3
    assert found.selections["network"].systematic > 1e-3


def test_templates_with_too_little_charm_err() -> None:
    """Muons of charm have the pTrel of pions here, and half of them pass."""
    found, passing = muons()
    charm = found.signal & (np.arange(SIZE) % 4 == 0)
    passing = np.where(charm, np.arange(SIZE) % 8 == 0, passing)
    soft = np.where(charm, np.random.default_rng(4).exponential(0.4, SIZE), found.jet_pt_rel)
    config = CONFIG.model_copy(
        update={"pt_edges": [4.0, 500.0], "variations": {"charm": TemplateVariation(charm=1 / 3)}}
    )
    own = replace(found, jet_pt_rel=soft, origin=np.where(charm, 25, found.origin))
    result = calibrate("run3", own, {"network": passing}, config, np.random.default_rng(2))
    of_bin = result.selections["network"].bins[0]
    assert of_bin is not None
    assert abs(of_bin.bias.value) < 3 * of_bin.bias.error
    assert abs(of_bin.shifts["charm"]) > 3 * abs(of_bin.bias.value)


def test_muons_without_a_jet_are_left_out() -> None:
    found, _ = muons()
    without = np.where(np.arange(SIZE) % 2, np.nan, found.jet_pt_rel)
    half = calibrated(jet_pt_rel=without).selections["network"].bins[0]
    assert half is not None
    assert sum(half.passing.data) == pytest.approx(sum_of_passing() / 4, rel=0.1)


def sum_of_passing() -> float:
    found, passing = muons()
    here = passing & (found.pt < 8.0)
    return float(found.weight[here].sum())


def test_bins_of_too_few_muons_are_not_fitted_and_none_are_drawn() -> None:
    found = calibrated(CONFIG.model_copy(update={"min_muons": 10**6}))
    assert found.selections["network"].bins == (None, None)
    content = json.loads(json.dumps(plain(found)))
    assert content["selections"]["network"]["signal"]["value"] is None
    titles = {"tight": "TIGHT", "network": "network"}
    assert len(figures.draw_efficiencies(content, titles, THINGS, LOOKS).axes) == 2
    assert len(figures.draw_fits(content, "network", THINGS, LOOKS).axes) == 2
    assert _of_calibration(content)["pt_rel_closure/tight"]["value"] is None


def test_figures_have_a_column_a_bin(nominal: PtRel) -> None:
    content = json.loads(json.dumps(plain(nominal)))
    assert len(figures.draw_fits(content, "network", THINGS, LOOKS).axes) == 4
    titles = {"tight": "TIGHT", "network": "network"}
    above = figures.draw_efficiencies(content, titles, THINGS, LOOKS).axes[0]
    assert len(above.get_legend_handles_labels()[1]) == 4
    numbers = _of_calibration(content)
    assert numbers["pt_rel_efficiency/tight"] == content["selections"]["tight"]["signal"]
    closure = nominal.selections["tight"].bias
    assert numbers["pt_rel_closure/tight"] == {"value": closure.value, "error": closure.error}
    assert abs(closure.value) < 3 * closure.error


def test_a_yield_at_its_limit_has_an_error() -> None:
    """Data without any background: that of its yield is not zero."""
    edges, random = np.linspace(0.0, 3.0, 11), np.random.default_rng(3)
    signal, background = (
        histogram(random.exponential(mean, 10_000), np.ones(10_000), edges) for mean in (1.0, 0.4)
    )
    data = np.stack([0.1 * signal[:, 0], 0.1 * signal[:, 0]], axis=1)
    data[0] *= 0.5
    found = fit(data, signal, background, edges)
    assert found.background.value == pytest.approx(0.0, abs=1e-2)
    assert found.background.error > 10.0


def test_kaons_and_charm_have_factors() -> None:
    found, _ = muons(400)
    kaon = ~found.signal & (np.arange(400) % 2 == 0)
    own = replace(found, origin=np.where(kaon, int(Origin.KAON_DECAY), found.origin))
    weight, pt_rel = _varied(own, TemplateVariation(kaon=3.0, signal_pt_rel=1.1))
    np.testing.assert_allclose(weight, found.weight * np.where(kaon, 3.0, 1.0))
    np.testing.assert_allclose(pt_rel, found.jet_pt_rel * np.where(found.signal, 1.1, 1.0))
