from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.errors import InputError
from hepchain.trust import Trust
from hepchain.validation.comparison import (
    SEVERITY,
    Axis,
    Comparison,
    Relation,
    Verdict,
    binned,
    categories,
    judge,
    standard_errors,
    worst_verdict,
)
from hepchain.validation.files import read_comparisons, write_comparisons

NAN = float("nan")


def comparison(
    simulated: list[float],
    reference: list[float] | None,
    error: float = 0.0,
    *,
    tolerance: float = 0.1,
    kind: str = "relative",
    difference: str = "",
) -> Comparison:
    bins = len(simulated)
    return Comparison(
        quantity="d0_error",
        group="tracks",
        title="error of d0",
        unit="mm",
        axis=binned("pt", "pT [GeV]", range(bins + 1)),
        simulated=np.array(simulated),
        simulated_error=np.full(bins, error),
        reference=None if reference is None else np.array(reference),
        reference_error=None if reference is None else np.full(bins, NAN),
        relation=Relation.INDEPENDENT,
        source="a paper",
        trust=Trust.READ,
        tolerance=tolerance,
        tolerance_kind=kind,  # type: ignore[arg-type]
        tolerance_reason="as a test likes it",
        difference=difference,
    )


@pytest.mark.parametrize(
    ("simulated", "reference", "error", "difference", "verdict"),
    [
        ([1.09], [1.0], 0.0, "", Verdict.AGREES),
        ([1.11], [1.0], 0.0, "", Verdict.NOT_UNDERSTOOD),
        ([1.11], [1.0], 0.0, "the magnet is off", Verdict.EXPLAINED),
        ([1.14], [1.0], 0.14 / 8.0, "", Verdict.NOT_UNDERSTOOD),
        ([1.09], [1.0], 0.01, "", Verdict.AGREES),
        ([1.25], [1.0], 0.1, "", Verdict.TOO_FEW),
        ([1.26], [1.0], 0.1, "", Verdict.NOT_UNDERSTOOD),
        ([1.0], [1.0], 0.3, "", Verdict.TOO_FEW),
        ([1.0], None, 0.0, "", Verdict.NO_REFERENCE),
        ([1.0], [NAN], 0.0, "", Verdict.NO_REFERENCE),
        ([NAN], [1.0], NAN, "", Verdict.TOO_FEW),
        ([1.0, 1.0], [NAN, 1.05], 0.0, "", Verdict.AGREES),
        ([NAN, 1.0], [1.0, 1.05], 0.0, "", Verdict.TOO_FEW),
        ([1.0, 1.2], [1.0, 1.05], 0.0, "", Verdict.NOT_UNDERSTOOD),
    ],
)
def test_verdict(
    simulated: list[float],
    reference: list[float] | None,
    error: float,
    difference: str,
    verdict: Verdict,
) -> None:
    found = comparison(simulated, reference, error, difference=difference)
    assert found.assessment.verdict is verdict


def test_deviation_in_tolerances_and_in_sigmas() -> None:
    found = comparison([1.3, 0.9, NAN], [1.0, 1.0, 1.0], 0.1).assessment
    assert found.deviation == pytest.approx([0.3, -0.1, NAN], nan_ok=True)
    assert found.in_tolerance == pytest.approx([3.0, -1.0, NAN], nan_ok=True)
    assert found.in_sigma == pytest.approx([3.0, -1.0, NAN], nan_ok=True)
    assert found.worst == 0


def test_errors_of_both_sides_add_in_quadrature() -> None:
    both = replace(comparison([1.0], [1.0], 0.3), reference_error=np.array([0.4]))
    assert both.assessment.sigma == pytest.approx([0.5])


def test_absolute_tolerance_serves_a_reference_of_zero() -> None:
    assert comparison([0.04], [0.0], kind="absolute").assessment.verdict is Verdict.AGREES
    assert comparison([0.04], [0.0]).assessment.verdict is Verdict.NOT_UNDERSTOOD


def test_chance_of_a_false_alarm_does_not_grow_with_bins() -> None:
    """Without tolerance, statistics alone fail one comparison of a hundred, however many bins."""
    rng = np.random.default_rng(1)
    for bins in (1, 4, 20):
        worst = np.abs(rng.normal(size=(20_000, bins))).max(axis=1)
        assert (worst > standard_errors(bins)).mean() == pytest.approx(0.01, abs=0.003)


@given(
    simulated=st.lists(st.floats(-1e3, 1e3) | st.just(NAN), min_size=1, max_size=6),
    scale=st.floats(0.01, 100.0),
    error=st.floats(0.0, 10.0),
)
def test_units_do_not_matter(simulated: list[float], scale: float, error: float) -> None:
    reference = [1.0] * len(simulated)
    one = comparison(simulated, reference, error)
    other = comparison(
        [scale * value for value in simulated], [scale] * len(simulated), scale * error
    )
    assert one.assessment.excess == pytest.approx(other.assessment.excess, rel=1e-9, nan_ok=True)


sizes = st.floats(0.0, 1e3)


@given(deviation=st.floats(-1e3, 1e3), sigma=sizes, tolerance=sizes, explained=st.booleans())
def test_one_rule_over_its_whole_range(
    deviation: float, sigma: float, tolerance: float, explained: bool
) -> None:
    found = judge(deviation, sigma, tolerance, z=3.0, known=True, explained=explained)
    beyond, significant = abs(deviation) > tolerance, abs(deviation) > 3.0 * sigma
    assert (found is Verdict.AGREES) == (not beyond and sigma <= tolerance)
    assert (found in {Verdict.EXPLAINED, Verdict.NOT_UNDERSTOOD}) == (beyond and significant)
    assert found is not (Verdict.NOT_UNDERSTOOD if explained else Verdict.EXPLAINED)
    assert found is not Verdict.NO_REFERENCE
    mirrored = judge(-deviation, sigma, tolerance, z=3.0, known=True, explained=explained)
    assert found is mirrored


@given(smaller=sizes, larger=sizes, sigma=sizes, tolerance=sizes)
def test_a_larger_deviation_is_never_better(
    smaller: float, larger: float, sigma: float, tolerance: float
) -> None:
    near, far = (
        judge(deviation, sigma, tolerance, z=3.0, known=True, explained=False)
        for deviation in sorted((smaller, larger))
    )
    assert SEVERITY.index(near) <= SEVERITY.index(far)


def test_bounds_belong_to_the_tolerance_and_to_chance() -> None:
    def verdict(deviation: float, sigma: float) -> Verdict:
        return judge(deviation, sigma, 1.0, z=3.0, known=True, explained=False)

    above = float(np.nextafter(1.0, 2.0))
    assert verdict(1.0, 0.0) is verdict(1.0, 1.0) is Verdict.AGREES
    assert verdict(above, 0.0) is Verdict.NOT_UNDERSTOOD
    assert verdict(1.0, above) is Verdict.TOO_FEW
    assert verdict(3.0, 1.0) is Verdict.TOO_FEW
    assert verdict(float(np.nextafter(3.0, 4.0)), 1.0) is Verdict.NOT_UNDERSTOOD


@given(
    simulated=st.lists(st.floats(0.0, 2.0) | st.just(NAN), min_size=1, max_size=5),
    error=st.floats(0.0, 0.3),
    difference=st.sampled_from(["", "why"]),
)
def test_verdict_of_a_comparison_is_the_worst_of_its_bins(
    simulated: list[float], error: float, difference: str
) -> None:
    found = comparison(simulated, [1.0] * len(simulated), error, difference=difference).assessment
    assert found.verdict is worst_verdict(found.verdicts)
    if found.verdict is Verdict.AGREES:
        assert np.all(np.abs(found.in_tolerance) <= 1.0)
    differs = np.array([SEVERITY.index(verdict) > 2 for verdict in found.verdicts])
    assert np.array_equal(differs, found.excess > 1.0)


def test_worst_of_several_verdicts() -> None:
    assert worst_verdict(Verdict) is Verdict.NOT_UNDERSTOOD
    assert worst_verdict([Verdict.AGREES, Verdict.TOO_FEW]) is Verdict.TOO_FEW
    assert worst_verdict([Verdict.AGREES, Verdict.NO_REFERENCE]) is Verdict.AGREES


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="simulated has shape"):
        replace(comparison([1.0], [1.0]), simulated=np.ones(2))
    with pytest.raises(ValueError, match="edges"):
        Axis("pt", "pT [GeV]", (0.0, 1.0), ("a", "b"))
    with pytest.raises(ValueError, match="negative"):
        comparison([1.0], [1.0], tolerance=-1.0)


def test_files_hold_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "tracks.json"
    written = [
        comparison([1.0, NAN], [1.1, NAN], difference="why"),
        replace(comparison([1.0], None), axis=categories("all", "", [""]), selection="|eta| < 1"),
    ]
    write_comparisons(path, written)
    for mine, read in zip(written, read_comparisons(path), strict=True):
        for name in Comparison.__dataclass_fields__:
            expected, found = getattr(mine, name), getattr(read, name)
            if isinstance(expected, np.ndarray):
                assert found == pytest.approx(expected, nan_ok=True), name
            else:
                assert found == expected, name


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "tracks.json"
    path.write_text('[{"quantity": 1}]')
    with pytest.raises(InputError, match=r"tracks\.json: no key 'axis'"):
        read_comparisons(path)
