import numpy as np

from hepchain.features.categories import NO_CATEGORY, categories


def test_category_needs_exactly_its_groups() -> None:
    groups = ["silicon", "trt", "calorimeter"]
    named = {"both": groups, "trt": ["silicon", "trt"], "silicon": ["silicon"]}
    presence = np.array(
        [[True, True, True], [True, True, False], [True, False, False], [True, False, True]]
    )
    assert categories(presence, groups, named).tolist() == ["both", "trt", "silicon", NO_CATEGORY]
