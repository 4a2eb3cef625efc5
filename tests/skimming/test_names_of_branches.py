"""Branches whose names have brackets: found by exact name, with the values that were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.skimming.trees import Tree

EVENTS = 7
NUMBERS = np.arange(EVENTS * 10, dtype=np.float32).reshape(EVENTS, 10)
LISTS = ak.unflatten(np.arange(21, dtype=np.float32), [0, 1, 2, 3, 4, 5, 6])


def written(path: Path, columns: dict[str, tuple[Any, Any]]) -> Path:
    """A tree with branches of these types and values."""
    with uproot.recreate(path) as file:
        file.mktree("events", {name: of for name, (of, _) in columns.items()})
        file["events"].extend({name: values for name, (_, values) in columns.items()})
    return path


@pytest.mark.parametrize("name", ["covMatrix[10]", "met[1]", "met[2]", "weights[3][2]", "plain"])
def test_brackets_of_a_name_are_no_dimensions(tmp_path: Path, name: str) -> None:
    """Uproot takes them for such, beside those that the branch has."""
    columns = {
        name: (np.dtype(("f4", (10,))), NUMBERS),
        f"one_{name}": (np.dtype("f4"), NUMBERS[:, 3]),
        "many": ("var * float32", LISTS),
    }
    path = written(tmp_path / "names.root", columns)
    with uproot.open(path) as file:
        tree = Tree(str(path), "events", file["events"])
        assert str(tree.type_of(name)) == "10 * float32"
        assert str(tree.type_of(f"one_{name}")) == "float32"
        chunks = list(tree.chunks(list(columns), 3))
    assert [len(chunk[name]) for chunk in chunks] == [3, 3, 1]
    for branch, (_, expected) in columns.items():
        found = ak.concatenate([chunk[branch] for chunk in chunks])
        assert found.tolist() == ak.Array(expected).tolist()
