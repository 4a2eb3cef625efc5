"""Values of expressions: those of NumPy, and nothing that wraps or goes together by chance."""

from typing import Any

import awkward as ak
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.skimming.expressions import evaluate

COUNTS = np.array([2, 0, 3])
FLOATS = st.floats(-100, 100, width=32)
NUMBERS = {"two": 2, "half": 0.5}
LEAVES = st.sampled_from(["x", "y", "pi", *NUMBERS])


def _jagged(values: Any) -> ak.Array:
    return ak.unflatten(np.asarray(values), COUNTS)


def _combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    forms = st.sampled_from(
        [
            *("({0} + {1})", "({0} - {1})", "({0} * {1})", "({0} / {1})", "-{0}"),
            *("arctan({0})", "hypot({0}, {1})", "minimum({0}, {1})"),
            *("where({0} < {1}, {1}, {2})", "where({0} >= {1}, {2}, {0})"),
        ]
    )
    return st.tuples(forms, parts, parts, parts).map(lambda item: item[0].format(*item[1:]))


EXPRESSIONS = st.recursive(LEAVES, _combined, max_leaves=8)


@settings(deadline=None, max_examples=100)
@given(text=EXPRESSIONS, x=st.lists(FLOATS, min_size=5, max_size=5), y=FLOATS)
def test_values_are_those_of_numpy(text: str, x: list[float], y: float) -> None:
    """``x`` is of objects; ``y``, one number an event, goes with each of them."""
    arrays = {"x": np.array(x), "y": np.repeat(np.array([y, 1.0, -y]), COUNTS)}
    known = {name: getattr(np, name) for name in ("arctan", "hypot", "minimum", "where")}
    known |= {name: np.float64(value) for name, value in {**NUMBERS, "pi": np.pi}.items()}
    written = text
    for name, value in NUMBERS.items():
        written = written.replace(name, str(value))
    with np.errstate(all="ignore"):
        expected = eval(text, known | arrays)
        found = evaluate(written, {"x": _jagged(x), "y": ak.Array([y, 1.0, -y])})
    if isinstance(found, ak.Array) and found.ndim == 2:
        assert ak.num(found).tolist() == COUNTS.tolist()
        found = ak.to_numpy(ak.flatten(found))
        assert found == pytest.approx(expected, nan_ok=True)
    else:
        flat = np.repeat(np.broadcast_to(found, 3), COUNTS)
        assert flat == pytest.approx(np.broadcast_to(expected, 5), nan_ok=True)


def _in_pieces(values: ak.Array) -> ak.Array:
    """The same lists, each with a begin and an end of its own: nothing is flat in memory."""
    offsets = np.concatenate([[0], np.cumsum(COUNTS)])
    starts, stops = (ak.index.Index64(edges) for edges in (offsets[:-1], offsets[1:]))
    return ak.Array(ak.contents.ListArray(starts, stops, values.layout.content))


@settings(deadline=None, max_examples=100)
@given(
    text=EXPRESSIONS,
    x=st.lists(FLOATS, min_size=5, max_size=5),
    dtype=st.sampled_from(["float32", "float64", "int8", "uint16", "bool"]),
)
def test_numbers_alone_give_what_lists_give(text: str, x: list[float], dtype: str) -> None:
    """The same to the last bit, and of the same type."""
    numbers = _jagged(np.array(x).astype(dtype))
    y = ak.Array(np.array([3, 0, 1], "int32"))
    written = f"x + ({text.replace('two', '2').replace('half', '0.5')})"
    with np.errstate(all="ignore"):
        expected = evaluate(written, {"x": _in_pieces(numbers), "y": y})
        found = evaluate(written, {"x": numbers, "y": y})
    assert str(found.type) == str(expected.type)
    assert ak.array_equal(found, expected, equal_nan=True)


def test_flags_are_counted() -> None:
    x = _jagged([1, 2, 3, 4, 5])
    found = evaluate("(x > 1) + (x > 2) + (0 < x < 4)", {"x": x})
    assert ak.flatten(found).tolist() == [1, 2, 3, 2, 2]
    assert ak.flatten(evaluate("x > 4 or not x > 1", {"x": x})).tolist() == [
        *(True, False, False, False),
        True,
    ]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "uint32"])
def test_small_integers_do_not_wrap(dtype: str) -> None:
    largest = int(np.iinfo(dtype).max)
    x = ak.Array(np.array([largest, 1], dtype))
    assert evaluate("x + x - 3 * x", {"x": x}).tolist() == [-largest, -1]
    assert evaluate("x ** 2", {"x": x}).tolist() == [float(largest) ** 2, 1.0]
    assert evaluate("1 / (x - 2)", {"x": x}).tolist() == pytest.approx([1 / (largest - 2), -1.0])


def test_integers_that_do_not_fit_are_refused() -> None:
    run = ak.Array(np.array([362760, 4_000_000_000], "uint32"))
    assert evaluate("run * 1000000000 + 7", {"run": run})[1] == 4_000_000_000_000_000_007
    for text in ("run * 10000000000", "run * 2000000000 + run * 2000000000"):
        with pytest.raises(ValueError, match=r"at position .* does not fit"):
            evaluate(text, {"run": run})
    with pytest.raises(ValueError, match="does not fit"):
        evaluate("x + 0", {"x": ak.Array(np.array([2**63], "uint64"))})


def test_lists_of_two_objects_do_not_go_together() -> None:
    x, y = ak.Array([[1.0, 2.0]]), ak.Array([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match=r"'x \* y' at position 5"):
        evaluate("1 + x * y", {"x": x, "y": y})
