"""What Snakemake has merged is read again, strictly."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from snakemake_interface_common.exceptions import WorkflowError

from hepchain.config.command_line import configuration, load_configfile, read_entries
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


def test_null_of_an_entry_takes_a_key_away() -> None:
    found = configuration(workflow("mine.yaml", entries=["blinding=null", "selection={met: }"]))
    assert found == {"selection": {"tagger": "keras"}}


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"<html>", b"", b"a: [", None])
def test_a_target_that_is_taken_for_a_config_file(content: bytes | None) -> None:
    if content is not None:
        Path("roc.png").write_bytes(content)
    if content == b"":
        assert load_configfile(Path("roc.png")) == {}
        return
    with pytest.raises(WorkflowError) as error:
        load_configfile(Path.cwd() / "roc.png")
    told = str(error.value).splitlines()[0]
    assert told.startswith("roc.png: Snakemake takes this for a config file")
    assert told.endswith("write targets in front of that option, or behind `--`")


def test_config_files_are_read_strictly_from_the_start() -> None:
    assert load_configfile(Path("mine.yaml")) == {"selection": {"met": 250.0}}
    with pytest.raises(WorkflowError, match=r"^twice\.yaml: .*'selection' is given twice"):
        load_configfile(Path("twice.yaml"))
    with pytest.raises(WorkflowError, match=r"^none\.yaml: no such file"):
        load_configfile(Path("none.yaml"))


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
