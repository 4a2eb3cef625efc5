"""JSON files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain.errors import InputError
from hepchain.io import read_json, read_records, write_json
from hepchain.selection.working_point import WorkingPoint


def test_records_are_in_the_order_of_their_files(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.json" for name in "ba"]
    for path in paths:
        write_json(path, {"name": path.stem})
    assert read_records(paths, lambda content: content["name"]) == ["b", "a"]


def test_a_missing_key_is_named_with_its_file(tmp_path: Path) -> None:
    write_json(tmp_path / "old.json", {"name": 1})
    with pytest.raises(InputError, match=r"old\.json: no key 'title'; it was written by another"):
        read_records([tmp_path / "old.json"], lambda content: content["title"])


WRONG = {
    "[]": r"holds '\[\]', but keys with values should stand there",
    "null": "holds 'null', but keys",
    '"text"': "but keys with values should stand there",
    "": r"not valid JSON \(line 1",
    '{"overall": 1.0': r"not valid JSON \(line 1",
    "{}": "no key 'overall'",
    '{"per_pt_bin": 1}': "no key 'overall'",
    '{"overall": null}': "one finite number a bin",
    '{"overall": "high"}': "no thresholds",
    '{"overall": [1.0]}': "one finite number a bin|no thresholds",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_wrong_contents_name_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "working_points.json"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"{path}.*({message})"):
        WorkingPoint.from_content(read_json(path), "overall")


def test_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(bytes(range(128, 256)))
    (tmp_path / "deep.json").write_text("[" * 100_000)
    for name in ("a.json", "deep.json"):
        with pytest.raises(InputError, match=rf"{name}: not a text of JSON"):
            read_json(tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        read_json(tmp_path)


def test_a_value_of_another_form_is_named_with_its_file(tmp_path: Path) -> None:
    write_json(tmp_path / "old.json", {"values": None})
    with pytest.raises(InputError, match=r"old\.json: a value has another form"):
        read_records([tmp_path / "old.json"], lambda content: content["values"][0])


def test_a_key_below_is_named_with_the_file(tmp_path: Path) -> None:
    write_json(tmp_path / "old.json", {"a": [{"b": {}}]})
    with pytest.raises(InputError, match=r"old\.json: no key 'c'"):
        read_json(tmp_path / "old.json")["a"][0]["b"]["c"]
