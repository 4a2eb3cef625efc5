import numpy as np
import numpy.typing as npt
import pytest

from hepchain.skimming.quality import ASSUMED, NEEDED, Quality, quality

GOOD = {
    "eta": 0.3,
    "number_of_pixel_hits": 4.0,
    "number_of_sct_hits": 8.0,
    "number_of_innermost_pixel_layer_hits": 1.0,
    "number_of_next_to_innermost_pixel_layer_hits": 1.0,
    "expect_innermost_pixel_layer_hit": 1.0,
    "expect_next_to_innermost_pixel_layer_hit": 1.0,
}


def _quality(**changes: float) -> Quality:
    values = {**dict.fromkeys((*NEEDED, *ASSUMED), 0.0), **GOOD, **changes}
    arrays: dict[str, npt.NDArray[np.float32]] = {
        name: np.array([value], dtype=np.float32) for name, value in values.items()
    }
    return Quality(int(quality(arrays)[0]))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Quality.TIGHT_PRIMARY),
        # 7, 9 and (forward) 11 silicon hits; a dead sensor counts as a hit.
        ({"number_of_pixel_hits": 2, "number_of_sct_hits": 4}, Quality.NONE),
        ({"number_of_pixel_hits": 3, "number_of_sct_hits": 4}, Quality.LOOSE),
        ({"number_of_pixel_hits": 3, "number_of_sct_hits": 6}, Quality.TIGHT_PRIMARY),
        (
            {
                "number_of_pixel_hits": 3,
                "number_of_sct_hits": 4,
                "number_of_pixel_dead_sensors": 1,
                "number_of_sct_dead_sensors": 1,
            },
            Quality.TIGHT_PRIMARY,
        ),
        ({"eta": -1.7, "number_of_sct_hits": 6}, Quality.LOOSE),
        ({"eta": -1.7, "number_of_sct_hits": 7}, Quality.TIGHT_PRIMARY),
        ({"eta": 1.64, "number_of_sct_hits": 6}, Quality.TIGHT_PRIMARY),
        ({"eta": 2.51}, Quality.NONE),
        # Shared modules: one pixel hit or two SCT hits each, at most one.
        ({"number_of_pixel_shared_hits": 1, "number_of_sct_shared_hits": 1}, Quality.TIGHT_PRIMARY),
        ({"number_of_pixel_shared_hits": 1, "number_of_sct_shared_hits": 2}, Quality.NONE),
        ({"number_of_sct_shared_hits": 3}, Quality.TIGHT_PRIMARY),
        ({"number_of_sct_shared_hits": 4}, Quality.NONE),
        ({"number_of_pixel_shared_hits": 2}, Quality.NONE),
        # Holes.
        ({"number_of_pixel_holes": 1}, Quality.LOOSE),
        ({"number_of_pixel_holes": 2}, Quality.NONE),
        ({"number_of_sct_holes": 2}, Quality.TIGHT_PRIMARY),
        ({"number_of_sct_holes": 3}, Quality.NONE),
        ({"number_of_pixel_holes": 1, "number_of_sct_holes": 2}, Quality.NONE),
        # One hit in the two innermost layers, unless a layer expects none.
        ({"number_of_innermost_pixel_layer_hits": 0}, Quality.TIGHT_PRIMARY),
        (
            {
                "number_of_innermost_pixel_layer_hits": 0,
                "number_of_next_to_innermost_pixel_layer_hits": 0,
            },
            Quality.LOOSE,
        ),
        (
            {
                "number_of_innermost_pixel_layer_hits": 0,
                "number_of_next_to_innermost_pixel_layer_hits": 0,
                "expect_innermost_pixel_layer_hit": 0,
            },
            Quality.TIGHT_PRIMARY,
        ),
    ],
)
def test_working_points(changes: dict[str, float], expected: Quality) -> None:
    assert _quality(**changes) is expected


def test_unknown_values_never_make_a_track_tight() -> None:
    unknown = dict.fromkeys(ASSUMED, float("nan"))
    assert _quality(**unknown) is Quality.TIGHT_PRIMARY
    without = {**unknown, "number_of_innermost_pixel_layer_hits": 0.0}
    assert _quality(**without) is Quality.LOOSE


def test_more_hits_and_fewer_defects_never_lower_the_quality() -> None:
    rng = np.random.default_rng(3)
    size = 2000
    values = {name: rng.integers(0, 3, size).astype(float) for name in (*NEEDED, *ASSUMED)}
    values["eta"] = rng.uniform(-2.4, 2.4, size)
    values["number_of_sct_hits"] = rng.integers(3, 9, size).astype(float)
    before = quality(values)
    assert set(np.unique(before)) == {0, 1, 2}
    better = {**values, "number_of_pixel_hits": values["number_of_pixel_hits"] + 1}
    assert (quality(better) >= before).all()
    for name in ("pixel_holes", "sct_holes", "pixel_shared_hits", "sct_shared_hits"):
        key = f"number_of_{name}"
        assert (quality({**values, key: np.zeros(size, np.float32)}) >= before).all()
