from __future__ import annotations

import numpy as np

from hepchain.chains.soft_muons.generation.heavy import has_quark
from hepchain.chains.soft_muons.generation.redecay import origin_of
from hepchain.chains.soft_muons.labels import label
from hepchain.chains.soft_muons.origins import Origin
from hepchain.labels import Label


def test_labels_follow_from_the_origin_alone() -> None:
    origins = [25, 26, 27, 29, 32, 33, 34, 35, 12, 13, 9, 43, 0]
    expected = [Label.SIGNAL] * 6 + [Label.BACKGROUND] * 2 + [Label.IGNORED] * 4 + [Label.UNKNOWN]
    found = label({"truth_origin": np.array(origins)})
    assert found.tolist() == [int(item) for item in expected]


def test_quarks_of_hadrons_by_their_numbers() -> None:
    """B+, B0, Bs, Lambda_b, B*, Upsilon; D+, D0*, Lambda_c, J/psi; K+, a quark, a muon."""
    numbers = np.array([521, -511, 531, 5122, 513, 553, 411, 423, 4122, 443, 321, 5, 13])
    assert has_quark(numbers, 5).tolist() == [True] * 6 + [False] * 7
    assert has_quark(numbers, 4).tolist() == [False] * 6 + [True] * 4 + [False] * 3


def test_origins_of_hadrons() -> None:
    found = origin_of(np.array([521, 5122, 411, -4122]))
    names = ("BOTTOM_MESON", "BOTTOM_BARYON", "CHARMED_MESON", "CHARMED_BARYON")
    assert found.tolist() == [int(Origin[name]) for name in names]
