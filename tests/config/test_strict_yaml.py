"""YAML that means something else than it seems to: refused, or no number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.config.reading import read_yaml
from hepchain.config.strict_yaml import parse
from hepchain.errors import ConfigError
from tests.workspace import REPOSITORY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed: 1\nfeatures: {}\nseed: 2\n", "lines 1 and 3: 'seed' is given twice; keep one"),
        ("a:\n  - b: {c: 1, c: 1}\n", "lines 2 and 2: 'a.b.c' is given twice"),
        ("a: 1\n'a': 2\n", "lines 1 and 2: 'a' is given twice"),
        ("a: {100: 1}\n", "line 1: the key 'a.100' is no text (int); put it in quotes"),
        ("no: 1\n", "line 1: the key 'no' is no text (bool)"),
        ("? [1]\n: 2\n", "line 1: the key '...' is no text (seq)"),
        ("a: " + "9" * 5000, "not valid YAML"),
        ("a: [", "line 2"),
        ("a: &x [1, *x]\n", "line 1: 'a' contains itself"),
        ("a: 1\nb: &x {c: {d: *x}}\n", "line 2: 'b.c.d' contains itself"),
    ],
)
def test_refused_with_the_file_and_the_lines(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_yaml(path)
    assert str(error.value).startswith(f"{path}: not valid YAML: ")
    assert message in str(error.value)


def test_all_keys_given_twice_are_named() -> None:
    with pytest.raises(yaml.YAMLError, match=r"'a'.*\n.*'b\.c'"):
        parse("a: 1\na: 2\nb: {c: 1, c: 2}")


def test_merge_keys_are_no_repetition() -> None:
    text = "base: &base {a: 1, b: 2}\nfirst: &first {<<: *base, b: 3}\nsecond: {<<: *first, a: 4}"
    content = parse(text)
    assert content["first"] == {"a": 1, "b": 3}
    assert content["second"] == {"a": 4, "b": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1.0e-3", 0.001),
        ("1E5", 100000.0),
        (".5", 0.5),
        ("-1_000", -1000),
        ("0", 0),
        ("0x10", 16),
        ("007.5", 7.5),
        ("-.inf", -float("inf")),
        # 83, 90 and a date in YAML 1.1: no number takes a text.
        ("0123", "0123"),
        ("1:30", "1:30"),
        ("2026-11-26", "2026-11-26"),
        ("'1'", "1"),
        ("1.2.3", "1.2.3"),
        ("e5", "e5"),
        ("yes", True),
        ("~", None),
        ("", None),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    found = parse(text)
    assert (found, type(found)) == (value, type(value))


def test_all_files_of_the_repository_are_read_as_before() -> None:
    paths = [*REPOSITORY.glob("config/**/*.yaml"), *REPOSITORY.glob("profiles/*/*.yaml")]
    assert len(paths) > 15
    for path in paths:
        assert parse(path.read_text()) == yaml.load(path.read_text(), yaml.CSafeLoader), path


# YAML 1.1 writes a text like 0E0, a number in 1.2, without quotation marks.
texts = st.text().filter(lambda text: not re.match(r"[-+.\d]", text))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
contents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(contents)
def test_what_is_written_as_yaml_is_read_back(content: Any) -> None:
    assert parse(yaml.safe_dump(content)) == content
