"""Thresholds, their bins, and bad files."""

import pytest

from hepchain.errors import InputError
from hepchain.selection.working_point import WorkingPoint

CONTENT = {
    "overall": 1.5,
    "per_pt_bin": {"edges": [0.5, 1.0, 5.0], "thresholds": [2.0, 0.0]},
}


def test_overall_threshold_is_the_same_at_all_pt_and_must_be_exceeded() -> None:
    point = WorkingPoint.from_content(CONTENT, "overall")
    assert point.passes([1.5, 1.6, 1.4], [0.1, 3.0, 90.0]).tolist() == [False, True, False]


def test_thresholds_of_bins_apply_from_the_lower_edge() -> None:
    point = WorkingPoint.from_content(CONTENT, "per_pt_bin")
    assert point.passes([1.0, 1.0, 1.0, 3.0], [0.99, 1.0, 5.0, 0.5]).tolist() == [
        False,
        True,
        True,
        True,
    ]


def test_tracks_outside_the_bins_are_refused() -> None:
    point = WorkingPoint.from_content(CONTENT, "per_pt_bin")
    with pytest.raises(InputError, match=r"pT 6\.000 GeV is outside the bins 0\.5 to 5"):
        point.passes([1.0], [6.0])


@pytest.mark.parametrize("threshold", [None, float("nan"), float("inf")])
def test_a_threshold_that_is_no_number_is_refused(threshold: float | None) -> None:
    with pytest.raises(InputError, match="one finite number a bin"):
        WorkingPoint.from_content({"overall": threshold}, "overall")


def test_a_missing_working_point_is_named() -> None:
    with pytest.raises(InputError, match="per_pt_bin"):
        WorkingPoint.from_content({"overall": 1.0}, "per_pt_bin")
