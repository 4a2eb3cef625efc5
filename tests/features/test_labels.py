import numpy as np
import pytest

from hepchain.features.labels import NO_CATEGORY, categories, labels
from hepchain.truth import Label, TruthOrigin


@pytest.mark.parametrize(
    ("pdg_id", "origin", "expected"),
    [
        (11, TruthOrigin.HARD_ELECTRON, Label.ELECTRON),
        (-11, TruthOrigin.HARD_ELECTRON, Label.ELECTRON),
        (-11, TruthOrigin.CONVERSION, Label.OTHER_ELECTRON),
        (11, TruthOrigin.DALITZ, Label.OTHER_ELECTRON),
        (11, TruthOrigin.HEAVY_FLAVOUR, Label.OTHER_ELECTRON),
        (11, TruthOrigin.UNKNOWN, Label.OTHER_ELECTRON),
        (211, TruthOrigin.FRAGMENTATION, Label.HADRON),
        (-13, TruthOrigin.STRANGE_DECAY, Label.HADRON),
        (321, TruthOrigin.UNKNOWN, Label.HADRON),
        (0, TruthOrigin.FAKE, Label.HADRON),
        (0, TruthOrigin.UNKNOWN, Label.UNKNOWN),
    ],
)
def test_label(pdg_id: int, origin: TruthOrigin, expected: Label) -> None:
    assert labels(np.array([pdg_id]), np.array([origin])).tolist() == [expected]


def test_every_combination_has_exactly_one_label() -> None:
    pdg_id, origin = np.meshgrid([0, 11, -11, 13, 211, 2212], list(TruthOrigin))
    found = labels(pdg_id.ravel(), origin.ravel())
    assert set(found.tolist()) == set(Label)


def test_category_needs_exactly_its_groups() -> None:
    groups = ["silicon", "trt", "calorimeter"]
    named = {"both": groups, "trt": ["silicon", "trt"], "silicon": ["silicon"]}
    presence = np.array(
        [[True, True, True], [True, True, False], [True, False, False], [True, False, True]]
    )
    assert categories(presence, groups, named).tolist() == [0, 1, 2, NO_CATEGORY]
