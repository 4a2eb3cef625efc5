import numpy as np
import pytest

from hepchain.chains.soft_electrons.labels import label
from hepchain.labels import Label
from hepchain.simulation.truth import TruthOrigin


@pytest.mark.parametrize(
    ("pdg_id", "origin", "expected"),
    [
        (11, TruthOrigin.HARD_ELECTRON, Label.SIGNAL),
        (-11, TruthOrigin.HARD_ELECTRON, Label.SIGNAL),
        (-11, TruthOrigin.CONVERSION, Label.IGNORED),
        (11, TruthOrigin.DALITZ, Label.IGNORED),
        (11, TruthOrigin.HEAVY_FLAVOUR, Label.IGNORED),
        (11, TruthOrigin.UNKNOWN, Label.IGNORED),
        (211, TruthOrigin.FRAGMENTATION, Label.BACKGROUND),
        (-13, TruthOrigin.STRANGE_DECAY, Label.BACKGROUND),
        (321, TruthOrigin.UNKNOWN, Label.BACKGROUND),
        (0, TruthOrigin.FAKE, Label.BACKGROUND),
        (0, TruthOrigin.UNKNOWN, Label.UNKNOWN),
    ],
)
def test_label(pdg_id: int, origin: TruthOrigin, expected: Label) -> None:
    assert label(
        {"truth_pdg_id": np.array([pdg_id]), "truth_origin": np.array([origin])}
    ).tolist() == [expected]


def test_every_combination_has_exactly_one_label() -> None:
    pdg_id, origin = np.meshgrid([0, 11, -11, 13, 211, 2212], list(TruthOrigin))
    found = label({"truth_pdg_id": pdg_id.ravel(), "truth_origin": origin.ravel()})
    assert set(found.tolist()) == set(Label)
