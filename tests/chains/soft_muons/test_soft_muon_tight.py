"""The scan of TIGHT, working points, rejections: what must hold whatever the muons are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.results.performance import (
    conditional,
    rejections,
    replicas,
    share,
    threshold,
)
from hepchain.chains.soft_muons.results.table import Scored, effective
from hepchain.chains.soft_muons.results.tight import passes, scan, tight

CONFIG = TightConfig(
    pt_edges=[4.0, 10.0, 500.0],
    abs_eta_edges=[0.0, 1.0, 2.5],
    efficiency=[0.9, 0.95],
    source="by hand",
    trust="choice",  # type: ignore[arg-type]
    two_cuts_below=10.0,
    max_reduced_chi2=8.0,
    max_q_over_p_significance=7.0,
    min_precision_layers=2,
    steps=10,
)


def scored(seed: int = 1, size: int = 4000) -> Scored:
    """Signal with small, background with large differences of the two tracks."""
    random = np.random.default_rng(seed)
    signal = random.random(size) < 0.4
    width = np.where(signal, 1.0, 3.0)
    return Scored(
        event=np.arange(size) // 2,
        signal=signal,
        weight=np.where(signal, 1.0, random.uniform(0.5, 1.5, size)),
        fold=(np.arange(size) // 2) % 2,
        pt=4.0 * np.exp(random.exponential(0.7, size)),
        eta=random.uniform(-2.5, 2.5, size),
        origin=np.where(signal, 26, 34),
        jet_pt=np.full(size, 40.0),
        jet_delta_r=np.full(size, 0.1),
        jet_pt_rel=np.where(signal, 1.0, 0.4) * np.random.default_rng(seed).exponential(size=size),
        jet_share=np.full(size, 0.2),
        precision_layers=np.full(size, 3.0),
        rho_prime=np.abs(random.normal(size=size)) * 0.04 * width,
        q_over_p_significance=np.minimum(np.abs(random.normal(size=size)) * width, 6.9),
        reduced_chi2=np.ones(size),
    )


def test_the_scan_keeps_its_share_of_the_signal_in_every_bin() -> None:
    muons = scored(size=20_000)
    chosen = passes(muons, scan(muons, CONFIG), CONFIG)
    for low, high, wanted in ((4.0, 10.0, 0.9), (10.0, 500.0, 0.95)):
        for inner, outer in ((0.0, 1.0), (1.0, 2.5)):
            here = muons.signal & (muons.pt >= low) & (muons.pt < high)
            here &= (np.abs(muons.eta) >= inner) & (np.abs(muons.eta) < outer)
            assert share(chosen[here], muons.weight[here]) == pytest.approx(wanted, abs=0.01)


def test_two_cuts_let_no_more_background_pass_than_one() -> None:
    muons = scored()
    one, both = (
        passes(muons, scan(muons, CONFIG.model_copy(update={"steps": steps})), CONFIG)
        for steps in (1, 40)
    )
    assert muons.weight[both & ~muons.signal].sum() <= muons.weight[one & ~muons.signal].sum()


def test_cuts_of_a_fold_do_not_know_its_muons() -> None:
    muons = scored()
    changed = replace(muons, rho_prime=np.where(muons.fold == 0, 9.0, muons.rho_prime))
    (_, before), (_, after) = tight(muons, CONFIG), tight(changed, CONFIG)
    np.testing.assert_array_equal(before[0].rho_prime, after[0].rho_prime)
    assert (after[1].rho_prime > 8.0).any()


@given(seed=st.integers(0, 1000), wanted=st.floats(0.05, 0.99))
@settings(max_examples=30, deadline=None)
def test_a_threshold_keeps_the_share_that_is_asked_for(seed: int, wanted: float) -> None:
    random = np.random.default_rng(seed)
    score, weight = random.random(500), random.uniform(0.5, 2.0, 500)
    signal = random.random(500) < 0.5
    cut = threshold(score, weight, signal, wanted)
    found = share(score[signal] > cut, weight[signal])
    assert found == pytest.approx(wanted, abs=3 * weight.max() / weight[signal].sum())


def test_a_score_that_is_the_selection_rejects_as_much() -> None:
    muons = scored()
    chosen = passes(muons, scan(muons, CONFIG), CONFIG)
    # Continuous, so that a threshold exists that separates exactly what passes.
    score = chosen + 0.5 * np.random.default_rng(2).random(len(chosen))
    place = np.zeros(len(score), dtype=np.int64)
    (found,) = rejections(muons, score, chosen, [muons.weight], [place])
    assert found[0, 0] == pytest.approx(1.0, abs=0.02)


def test_replicas_repeat_whole_events() -> None:
    muons = scored()
    for weight in replicas(muons, 3, np.random.default_rng(1)):
        factor = weight / muons.weight
        np.testing.assert_allclose(factor[::2], factor[1::2])
        assert factor.mean() == pytest.approx(1.0, abs=0.1)


def test_thresholds_in_bins_of_pt_keep_the_efficiency_flat() -> None:
    muons = scored(size=20_000)
    # A score that falls with pT, and with it its efficiency at one threshold.
    score = np.random.default_rng(3).random(20_000) - 0.05 * np.log(muons.pt)
    edges = [4.0, 5.0, 7.0, 10.0, 500.0]
    chosen = conditional(muons, score, edges, 0.8)
    for low, high in pairwise(edges):
        here = muons.signal & (muons.pt >= low) & (muons.pt < high)
        assert share(chosen[here], muons.weight[here]) == pytest.approx(0.8, abs=0.05)


def test_effective_entries() -> None:
    assert effective(np.full(50, 0.3)) == pytest.approx(50.0)
    assert effective(np.array([1.0, 0.0])) == 1.0
