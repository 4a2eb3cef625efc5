"""Jets of muons, by hand."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepchain.chains.soft_muons.derivations import (
    momentum_share,
    nearest_jet_delta_r,
    nearest_jet_eta,
    nearest_jet_phi,
    nearest_jet_pt,
    pt_rel,
)


def test_the_nearest_jet_across_the_seam_of_phi() -> None:
    eta, phi = ak.Array([[0.0, 1.0]]), ak.Array([[3.1, 0.0]])
    jet_eta, jet_phi = ak.Array([[0.0, 1.2, 0.0]]), ak.Array([[-3.1, 0.1, 2.5]])
    found = nearest_jet_pt(eta, phi, jet_eta, jet_phi, ak.Array([[30.0, 40.0, 50.0]]))
    assert found.to_list() == [[30.0, 40.0]]
    distance = nearest_jet_delta_r(eta, phi, jet_eta, jet_phi)[0].to_list()
    assert distance == pytest.approx([2 * np.pi - 6.2, np.hypot(0.2, 0.1)])
    assert nearest_jet_eta(eta, phi, jet_eta, jet_phi).to_list() == [[0.0, 1.2]]
    assert nearest_jet_phi(eta, phi, jet_eta, jet_phi).to_list() == [[-3.1, 0.1]]


def test_an_event_without_jets_keeps_its_muons() -> None:
    empty = ak.values_astype(ak.Array([[], [1.0]])[:1], np.float64)
    eta = ak.Array([[0.5, -0.5]])
    assert np.isnan(nearest_jet_pt(eta, eta, empty, empty, empty)[0].to_list()).all()
    assert np.isnan(nearest_jet_delta_r(eta, eta, empty, empty)[0].to_list()).all()


def test_momentum_across_and_along_the_axis_of_jet_and_muon() -> None:
    """At 90 degrees a muon of 3 and a jet of 4 GeV: 12/5 across, 9/5 of 5 along."""
    zero = ak.Array([[0.0]])
    muon, jet = (ak.Array([[3.0]]), zero, zero), (ak.Array([[4.0]]), zero, zero + np.pi / 2)
    assert pt_rel(*muon, *jet).to_list() == [[pytest.approx(12 / 5)]]
    assert momentum_share(*muon, *jet).to_list() == [[pytest.approx(9 / 25)]]


def test_a_muon_along_its_jet_has_nothing_across() -> None:
    random = np.random.default_rng(1)
    pt, eta, phi = (
        ak.Array([random.uniform(*range_, 50)]) for range_ in ((4, 90), (-2, 2), (-3, 3))
    )
    assert ak.max(pt_rel(pt, eta, phi, 7.0 * pt, eta, phi)) < 1e-5
    np.testing.assert_allclose(momentum_share(pt, eta, phi, 7.0 * pt, eta, phi)[0], 1 / 8)


def test_jet_and_muon_balance_across_their_axis() -> None:
    """Both have the same momentum across it, and their shares along it make one."""
    random = np.random.default_rng(2)
    first, second = (
        [ak.Array([random.uniform(*range_, 50)]) for range_ in ((4, 90), (-2, 2), (-3, 3))]
        for _ in range(2)
    )
    np.testing.assert_allclose(pt_rel(*first, *second)[0], pt_rel(*second, *first)[0])
    both = momentum_share(*first, *second) + momentum_share(*second, *first)
    np.testing.assert_allclose(both[0], 1.0)
