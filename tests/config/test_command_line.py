"""What Snakemake has merged is read again, strictly."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hepchain.config.command_line import configuration, read_entries
from hepchain.errors import ConfigError

BASE = "selection: {met: 200.0, tagger: keras}\nblinding: {open: false}\n"


def workflow(*files: str, replace: bool = False, entries: list[str] | None = None) -> Any:
    """As Snakemake leaves it: absolute paths of the command line, then those of the rules."""
    given = [Path.cwd() / file for file in files]
    return SimpleNamespace(
        configfiles=[*given, "config/config.yaml"],
        config_settings=SimpleNamespace(
            configfiles=given, config_args=entries, replace_workflow_config=replace
        ),
    )


@pytest.fixture(autouse=True)
def _base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(BASE)
    (tmp_path / "mine.yaml").write_text("selection: {met: 250.0}\n")
    (tmp_path / "twice.yaml").write_text("selection: {met: 250.0}\nseed: 1\nselection: {}\n")
    monkeypatch.chdir(tmp_path)


def test_later_files_and_then_entries_extend_the_base() -> None:
    found = configuration(workflow("mine.yaml", entries=["blinding={open: true}", "seed=7"]))
    assert found == {
        "selection": {"met": 250.0, "tagger": "keras"},
        "blinding": {"open": True},
        "seed": 7,
    }


def test_base_can_be_replaced() -> None:
    assert configuration(workflow("mine.yaml", replace=True)) == {"selection": {"met": 250.0}}


def test_key_given_twice_is_refused_with_its_file() -> None:
    with pytest.raises(ConfigError, match=r"^twice\.yaml: .*lines 1 and 3: 'selection' is given"):
        configuration(workflow("twice.yaml"))


def test_missing_base() -> None:
    Path("config/config.yaml").unlink()
    found = workflow("mine.yaml")
    found.configfiles.pop()
    with pytest.raises(ConfigError, match=r"config/config\.yaml: no such file"):
        configuration(found)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["a.b=1"], "--config a.b=1: write 'a={b: 1}'"),
        (["a"], "--config a: write 'key=value'"),
        (["=1"], "--config =1: write 'key=value'"),
        (["seed=1", "seed=2"], "'seed' is given twice; write one mapping"),
        (["selection={met: 1, met: 2}"], "'met' is given twice"),
        (["selection={met: 1"], "not valid YAML"),
    ],
)
def test_wrong_entries(entries: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_entries(entries)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("a={'open': True, 'cut': 1e-3}", {"open": True, "cut": 0.001}),
        ('a={"text": "true"}', {"text": "true"}),
        ("a=", None),
        ("a=[1, 2.5]", [1, 2.5]),
        ("a=config/mine.yaml", "config/mine.yaml"),
    ],
)
def test_values_have_types(entry: str, value: Any) -> None:
    assert read_entries([entry]) == {"a": value}
