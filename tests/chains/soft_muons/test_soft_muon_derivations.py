"""Jets of muons, by hand."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepchain.chains.soft_muons.derivations import nearest_jet_delta_r, nearest_jet_pt


def test_the_nearest_jet_across_the_seam_of_phi() -> None:
    eta, phi = ak.Array([[0.0, 1.0]]), ak.Array([[3.1, 0.0]])
    jet_eta, jet_phi = ak.Array([[0.0, 1.2, 0.0]]), ak.Array([[-3.1, 0.1, 2.5]])
    found = nearest_jet_pt(eta, phi, jet_eta, jet_phi, ak.Array([[30.0, 40.0, 50.0]]))
    assert found.to_list() == [[30.0, 40.0]]
    distance = nearest_jet_delta_r(eta, phi, jet_eta, jet_phi)[0].to_list()
    assert distance == pytest.approx([2 * np.pi - 6.2, np.hypot(0.2, 0.1)])


def test_an_event_without_jets_keeps_its_muons() -> None:
    empty = ak.values_astype(ak.Array([[], [1.0]])[:1], np.float64)
    eta = ak.Array([[0.5, -0.5]])
    assert np.isnan(nearest_jet_pt(eta, eta, empty, empty, empty)[0].to_list()).all()
    assert np.isnan(nearest_jet_delta_r(eta, eta, empty, empty)[0].to_list()).all()
