from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.config.taggers import Spectrum
from hepchain.config.training import BalanceConfig
from hepchain.errors import StageError
from hepchain.training.balance import balance, flat_spectrum

PT_EDGES = [0.5, 1.0, 2.0, 5.0]
ETA_EDGES = [0.0, 1.0, 2.5]


def config(ratio: float = 1e6) -> BalanceConfig:
    return BalanceConfig(pt_edges=PT_EDGES, abs_eta_edges=ETA_EDGES, max_weight_ratio=ratio)


def spectra(seed: int, size: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=size) < 0.2).astype(np.int8)
    fraction = np.where(labels == 1, rng.beta(2.0, 1.0, size), rng.beta(1.0, 3.0, size))
    pt = 0.5 * 10.0**fraction
    eta = np.where(labels == 1, rng.uniform(-2.5, 2.5, size), 2.5 * rng.beta(2, 2, size))
    return labels, pt, eta


def weighted_spectrum(pt: np.ndarray, eta: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.histogram2d(pt, np.abs(eta), bins=(PT_EDGES, ETA_EDGES), weights=weight)[0]


@given(seed=st.integers(0, 10_000), ratio=st.sampled_from([1.5, 5.0, 50.0]))
@settings(max_examples=30, deadline=None)
def test_both_classes_have_the_same_spectrum(seed: int, ratio: float) -> None:
    labels, pt, eta = spectra(seed)
    weight = (
        balance(labels, pt, eta, np.ones(len(labels)), config(ratio))
        .of(labels, pt, eta, np.ones(len(labels)))
        .astype(float)
    )
    electron = labels == 1
    np.testing.assert_allclose(
        weighted_spectrum(pt[electron], eta[electron], weight[electron]),
        weighted_spectrum(pt[~electron], eta[~electron], weight[~electron]),
        rtol=1e-5,
    )
    assert weight.mean() == pytest.approx(1.0, rel=1e-5)


def test_spectrum_is_flat_in_ln_pt_and_eta_if_no_bin_is_scarce() -> None:
    labels, pt, eta = spectra(1)
    balanced = balance(labels, pt, eta, np.ones(len(labels)), config())
    np.testing.assert_allclose(
        balanced.spectrum, flat_spectrum(balanced.pt_edges, balanced.abs_eta_edges)
    )
    assert balanced.report()["bins_below_target"] == 0
    assert balanced.report()["share_moved_from_target"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("spectrum", "label"), [("background", 0), ("signal", 1)])
def test_spectrum_of_one_class(spectrum: Spectrum, label: int) -> None:
    """Its own tracks weigh the same, those of the other class take its shape."""
    labels, pt, eta = spectra(2)
    weight = (
        balance(labels, pt, eta, np.ones(len(labels)), config(), spectrum)
        .of(labels, pt, eta, np.ones(len(labels)))
        .astype(float)
    )
    own = labels == label
    assert np.ptp(weight[own]) < 1e-6
    np.testing.assert_allclose(
        weighted_spectrum(pt[~own], eta[~own], weight[~own]),
        weighted_spectrum(pt[own], eta[own], weight[own]),
        rtol=1e-5,
    )


def test_flat_spectrum_is_the_area_in_ln_pt_and_eta() -> None:
    share = flat_spectrum(np.array([1.0, 2.0, 8.0]), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(share, [[1 / 6, 1 / 6], [1 / 3, 1 / 3]])


@pytest.mark.parametrize("ratio", [4.0, 20.0])
def test_no_weight_exceeds_the_ratio(ratio: float) -> None:
    labels, pt, eta = spectra(2)
    balanced = balance(labels, pt, eta, np.ones(len(labels)), config(ratio))
    weight = balanced.of(labels, pt, eta, np.ones(len(labels)))
    for label in (0, 1):
        assert weight[labels == label].max() <= ratio * weight[labels == label].mean() * (1 + 1e-5)
    if ratio == 4.0:
        assert balanced.report()["bins_below_target"] > 0


def test_bin_of_one_class_alone_does_not_count() -> None:
    labels, pt, eta = spectra(3)
    keep = (labels == 1) | (pt < 2.0)
    labels, pt, eta = labels[keep], pt[keep], eta[keep]
    weight = balance(labels, pt, eta, np.ones(len(labels)), config()).of(
        labels, pt, eta, np.ones(len(labels))
    )
    assert (weight[pt > 2.0] == 0.0).all()
    assert weight[labels == 1].sum() == pytest.approx(weight[labels == 0].sum(), rel=1e-5)


def test_effective_tracks_are_fewer_than_tracks() -> None:
    labels, pt, eta = spectra(4)
    report = balance(labels, pt, eta, np.ones(len(labels)), config()).report()
    assert 0 < report["effective_background"] < (labels == 0).sum()
    assert 0 < report["effective_signal"] < (labels == 1).sum()


def test_single_class_is_refused() -> None:
    _, pt, eta = spectra(5)
    with pytest.raises(StageError, match="4000 background, 0 signal"):
        balance(np.zeros(4000, dtype=np.int8), pt, eta, np.ones(4000), config())


def test_disjoint_spectra_are_refused() -> None:
    labels = np.repeat(np.array([0, 1], dtype=np.int8), 100)
    pt = np.where(labels == 1, 4.0, 0.6)
    with pytest.raises(StageError, match="hardly share a bin"):
        balance(labels, pt, np.zeros(200), np.ones(200), config())


@given(seed=st.integers(0, 1000), ratio=st.sampled_from([1.5, 50.0]))
@settings(max_examples=20, deadline=None)
def test_tracks_of_weight_zero_change_no_spectrum(seed: int, ratio: float) -> None:
    labels, pt, eta = spectra(seed)
    event_weight = np.random.default_rng(seed).choice([0.0, 1.0, 2.0], len(labels))
    kept = event_weight > 0
    whole = balance(labels, pt, eta, event_weight, config(ratio))
    less = balance(labels[kept], pt[kept], eta[kept], event_weight[kept], config(ratio))
    np.testing.assert_allclose(whole.spectrum, less.spectrum)
    weights = whole.of(labels, pt, eta, event_weight)
    assert not weights[~kept].any()
    # One factor for all: the mean over all tracks is 1 in either case.
    expected = less.of(labels[kept], pt[kept], eta[kept], event_weight[kept])
    np.testing.assert_allclose(weights[kept] * kept.mean(), expected, rtol=1e-5)


def test_without_a_spectrum_each_class_keeps_its_own() -> None:
    labels, pt, eta = spectra(3)
    ones = np.ones(len(labels))
    weight = balance(labels, pt, eta, ones, config(), "none").of(labels, pt, eta, ones)
    for label in (0, 1):
        own = weight[labels == label]
        np.testing.assert_allclose(own, own[0])
        assert own.sum() == pytest.approx(0.5 * len(labels), rel=1e-5)
