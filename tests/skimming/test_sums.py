"""Sums of weights where formats keep them: in trees and in histograms."""

from pathlib import Path
from typing import Any

import awkward as ak
import hist
import numpy as np
import pytest
import uproot
from pydantic import ValidationError

from hepchain.config.ntuple import NtupleMap, SumOfWeights
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.skimming.files import open_file
from hepchain.skimming.normalisation import (
    GeneratorMetadata,
    SampleNormalisation,
    generator_metadata,
    normalise,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """What CMS (`Runs`), ATLAS (lists with names) and private ntuples (histograms) have."""
    steps = hist.Hist(
        hist.axis.StrCategory(["all", "kept"], name="steps"), storage=hist.storage.Weight()
    )
    steps.fill(["all", "all", "kept"], weight=[3.0, 4.0, 5.0])
    counts = hist.Hist(hist.axis.Regular(2, 0, 2, name="n"), storage=hist.storage.Double())
    counts.fill([0.5, 0.5, 1.5])
    with uproot.recreate(tmp_path / "f.root") as file:
        file.mktree("Runs", {"genEventSumw": "float64", "count": "int32", "bad": "float64"})
        file["Runs"].extend(
            {
                "genEventSumw": np.array([2e9, -0.5, 1e-3]),
                "count": np.array([2_000_000_000] * 3, dtype=np.int32),
                "bad": np.array([1.0, np.nan, 2.0]),
            }
        )
        file.mktree("MetaData", {"books.sum": "var * float64", "books.name": "string"})
        file["MetaData"].extend(
            {
                "books.sum": ak.Array([[7.0], [8.0]]),
                "books.name": ak.Array(["All", "All"]),
            }
        )
        file["steps"], file["folder/counts"] = steps, counts
        file["plane"] = np.histogram2d([1.0], [1.0])
        file["text"] = "nothing"
    return tmp_path / "f.root"


def _of(path: Path, **place: Any) -> GeneratorMetadata:
    ntuple_map = NtupleMap.model_validate(
        {"tree": "events", "branches": {"mu": "x"}, "sum_of_weights": place}
    )
    with open_file(path) as file:
        return generator_metadata(path, file, ntuple_map)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"tree": "Runs", "branch": "genEventSumw"}, 2e9 - 0.499),
        ({"tree": "Runs", "branch": "count"}, 6e9),
        ({"tree": "Runs"}, 3.0),
        ({"histogram": "steps", "bin": "all"}, 7.0),
        ({"histogram": "steps", "bin": 2}, 5.0),
        ({"histogram": "folder/counts", "bin": 1}, 2.0),
        ({"histogram": "folder/counts;1"}, 3.0),
    ],
)
def test_sums(path: Path, place: dict[str, Any], expected: float) -> None:
    assert _of(path, **place).sum_of_weights == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"tree": "Runs", "branch": "genEventSumW"}, "did you mean 'genEventSumw'"),
        ({"tree": "Runs", "branch": "bad"}, "the sum is nan"),
        ({"tree": "MetaData", "branch": "books.name"}, "not one number an entry"),
        ({"tree": "MetaData", "branch": "books.sum"}, "is of type double.*not one number an entry"),
        ({"tree": "text"}, "'text' is a TObjString, not a TTree or RNTuple"),
        ({"histogram": "steps", "bin": "none"}, "no bin 'none'; its labels are all, kept"),
        ({"histogram": "folder/counts", "bin": "all"}, "labels are .none: give the number"),
        ({"histogram": "steps", "bin": 0}, "has bins 1 to 2, no 0"),
        ({"histogram": "steps", "bin": 3}, "has bins 1 to 2, no 3"),
        ({"histogram": "plane"}, "'plane' is a TH2D, not a one-dimensional histogram"),
        ({"histogram": "Runs"}, "'Runs' is a TTree, not a one-dimensional histogram"),
    ],
)
def test_places_that_are_none(path: Path, place: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=rf"f\.root: .*{message}"):
        _of(path, **place)


def test_a_file_without_the_tree_is_silent_and_the_configuration_must_tell(path: Path) -> None:
    """Excerpts lack it: what they are trained for may not need it."""
    part = _of(path, tree="LuminosityBlocks", branch="sum")
    assert part.sum_of_weights is None
    config = SampleNormalisation("tt", Role.BACKGROUND, 1.0, 1.0, 1.0, "file")
    with pytest.raises(InputError, match=r"f\.root: no tree 'LuminosityBlocks', which `sum_of_w"):
        normalise(config, [part])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({}, "one of `tree` and `histogram`"),
        ({"tree": "a", "histogram": "b"}, "one of `tree` and `histogram`"),
        ({"histogram": "a", "branch": "b"}, "`branch` goes with `tree`"),
        ({"tree": "a", "bin": 1}, "`bin` goes with `histogram`"),
        ({"tree": "a", "where": {"b": "c"}}, "`where` goes with `branch`"),
    ],
)
def test_blocks_that_contradict_themselves(block: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SumOfWeights.model_validate(block)


PHYSLITE = Path(__file__).parents[3] / "shared" / "data" / "physlite"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ttree", 39095.76),
        # Its tree of metadata is a TTree as well.
        pytest.param("rntuple", 81567.26, marks=pytest.mark.thorough),
    ],
)
def test_bookkeepers_of_atlas(kind: str, expected: float) -> None:
    """One element of lists, by its name: all events before any filter."""
    path = PHYSLITE / f"DAOD_PHYSLITE_ttbar_{kind}.root"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in ../shared/data/physlite")
    name = "CutBookkeepersAux."
    where = {f"{name}name": "AllExecutedEvents", f"{name}inputStream": "StreamAOD"}
    place = {"tree": "MetaData", "branch": f"{name}sumOfEventWeights"}
    assert _of(path, **place, where=where).sum_of_weights == pytest.approx(expected, abs=0.01)
    with pytest.raises(InputError, match="not one but 0 elements have: CutBookkeepersAux"):
        _of(path, **place, where={f"{name}name": "Nothing"})
    with pytest.raises(InputError, match=r"not one number an entry \(`where` takes one of a list"):
        _of(path, **place)
