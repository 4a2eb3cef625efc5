"""Records come back from their files as they were written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hepchain.errors import InputError
from hepchain.io.records import read_record
from hepchain.io.structured import plain, write_json


@dataclass(frozen=True)
class Inner:
    name: str
    error: float


@dataclass(frozen=True)
class Outer:
    values: dict[str, npt.NDArray[np.float64]]
    inner: tuple[Inner, ...]
    counts: list[int]


def written(folder: Path, content: object) -> Path:
    path = folder / "numbers.json"
    write_json(path, plain(content))
    return path


MATRICES = arrays(np.float64, (2, 3), elements=st.floats(allow_infinity=False))


@given(matrix=MATRICES, error=st.floats(allow_infinity=False))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, matrix: npt.NDArray[np.float64], error: float
) -> None:
    record = Outer({"a": matrix}, (Inner("x", error),), [1, 2])
    found = read_record(Outer, written(tmp_path_factory.mktemp("records"), record))
    np.testing.assert_array_equal(found.values["a"], matrix)
    assert found.counts == record.counts
    assert [one.name for one in found.inner] == ["x"]
    assert found.inner[0].error == error or (math.isnan(error) and math.isnan(found.inner[0].error))


@pytest.mark.parametrize(
    "content",
    [
        {"name": "x"},
        {"name": "x", "error": "large"},
        {"name": None, "error": 1.0},
    ],
    ids=["no field", "a text", "no name"],
)
def test_another_form_is_refused_with_the_file(tmp_path: Path, content: object) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError, match=r"numbers\.json.*make it again"):
        read_record(Inner, path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: no such file"):
        read_record(Inner, tmp_path / "none.json")
