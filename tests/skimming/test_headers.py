"""Headers that are alike, and that the check of one says what is in the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.skimming.check import Known
from hepchain.skimming.headers import Header, header_of
from tests.skimming.checks import check_ntuple
from tests.skimming.shipped import foreign

Content = dict[str, Any]
MakeContent = Callable[..., Content]
Writer = Callable[..., Path]


def _header(path: Path, tree: str = "events") -> Header | None:
    with uproot.open(path) as file:
        return header_of(file, tree)


def _content(path: Path) -> tuple[bytes, ...]:
    header = _header(path)
    assert header is not None
    return header.content


def _write(path: Path, columns: Content, times: int = 1, **options: Any) -> Path:
    with uproot.recreate(path, **options) as file:
        file.mktree("events", {name: ak.type(v).content for name, v in columns.items()})
        for _ in range(times):
            file["events"].extend(columns)
    return path


COLUMNS: Content = {
    "n": np.arange(3, dtype="i4"),
    "x": np.ones(3, dtype="f4"),
    "tracks": ak.zip(
        {"pt": ak.Array([[1.0], [], [2.0, 3.0]]), "d0": ak.Array([[4.0], [], [5, 6]])}
    ),
}


@pytest.mark.parametrize(
    ("times", "options"),
    [(1, {}), (25, {}), (1, {"compression": uproot.ZLIB(9)}), (0, {"compression": None})],
)
def test_alike_but_for_their_data(tmp_path: Path, times: int, options: Content) -> None:
    """Other events, numbers of baskets and compressions."""
    first = _write(tmp_path / "first.root", COLUMNS)
    values = {name: v + np.float32(1) if name == "x" else v for name, v in COLUMNS.items()}
    other = _write(tmp_path / "other.root", values, times, **options)
    assert _content(first) == _content(other)
    header = _header(other)
    assert header is not None
    assert header.entries == 3 * times


def _without(content: Content, name: str) -> Content:
    return {key: values for key, values in content.items() if key != name}


OTHERS: dict[str, Content] = {
    "name": {**_without(COLUMNS, "x"), "y": COLUMNS["x"]},
    "missing": _without(COLUMNS, "x"),
    "one_more": {**COLUMNS, "y": COLUMNS["x"]},
    "type": {**COLUMNS, "x": np.ones(3, dtype="f8")},
    "unsigned": {**COLUMNS, "n": np.arange(3, dtype="u4")},
    "dimension": {**COLUMNS, "x": np.ones((3, 2), dtype="f4")},
    "list": {**COLUMNS, "x": ak.Array([[1.0], [2.0], []])},
    "order": dict(reversed(COLUMNS.items())),
    "lists_apart": {
        **_without(COLUMNS, "tracks"),
        **{
            f"tracks_{n}": v for n, v in zip(("pt", "d0"), ak.unzip(COLUMNS["tracks"]), strict=True)
        },
    },
}


@pytest.mark.parametrize("case", OTHERS)
def test_others_are_not_alike(case: str, tmp_path: Path) -> None:
    first = _write(tmp_path / "first.root", COLUMNS)
    assert _content(first) != _content(_write(tmp_path / "other.root", OTHERS[case]))


@pytest.mark.parametrize(
    ("name", "tree"),
    [("uproot-HZZ-objects.root", "events"), ("nanoAOD_2015_CMS_Open_Data_ttbar.root", "Events")],
)
def test_headers_of_root(name: str, tree: str) -> None:
    """With classes, and with the many branches of older versions of ROOT."""
    path = foreign(name)
    header = _header(path, tree)
    assert header is not None
    with uproot.open(path) as file:
        assert header.entries == file[tree].num_entries
        names = {branch.name.encode() for branch in file[tree].itervalues()}
    assert {bytes([len(name)]) + name for name in names} <= set(header.content)


def test_headers_of_physlite(physlite: Path) -> None:
    header = _header(physlite, "CollectionTree")
    assert header is not None
    assert header.entries == 50


def test_what_is_no_tree_has_none(tmp_path: Path) -> None:
    path = tmp_path / "others.root"
    with uproot.recreate(path) as file:
        file["text"] = "{}"
        file.mkrntuple("fields", {"x": "float32"})
    for name in ("text", "fields", "nothing"):
        assert _header(path, name) is None


def test_damaged_header_has_none(tmp_path: Path) -> None:
    """Whatever is cut off or changed in it: it has none, or is not alike."""
    path = _write(tmp_path / "one.root", COLUMNS, compression=None)
    with uproot.open(path) as file:
        key = file.key("events")
        start, stop = key.fSeekKey + key.fKeylen, key.fSeekKey + key.fNbytes
    whole, sound = path.read_bytes(), _content(path)
    rng = np.random.default_rng(1)
    for place in rng.integers(start, stop, 60).tolist():
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        header = _header(path)
        if header is not None and header.content == sound:
            with uproot.open(path) as file:
                assert file["events"].typenames()


def test_header_alike_says_what_the_file_says(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    content = make_content(20)
    contents = [content, make_content(30, seed=2), _without(content, "track_d0"), content]
    contents.append({**content, "met_phi": ak.Array([[1.0]] * 20)})
    paths = [write_ntuple(of, name=f"{number}.root") for number, of in enumerate(contents)]
    known: Known = {}
    for path in paths:
        found = check_ntuple(path, contract_map, entries=0, known=known)
        alone = check_ntuple(path, contract_map, entries=0)
        assert found.report == alone.report
        assert str(found) == str(alone)
        assert found.events is None
    assert len(known) == 3
