"""One rule for all names: safe as a path, in a shell, in a pattern and in a caption as they are."""

from __future__ import annotations

import copy
import glob
import re
import shlex
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import docutils.core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hepchain.chains.soft_electrons import labels
from hepchain.chains.soft_electrons.config.consistency import COLUMNS
from hepchain.chains.soft_electrons.contract import ENTRIES
from hepchain.config.consistency import RESERVED
from hepchain.config.loader import read_yaml
from hepchain.config.types import Name, Named
from hepchain.errors import ConfigError
from hepchain.features.table import IDENTITY
from hepchain.variations import MARK
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

NAMES: TypeAdapter[str] = TypeAdapter(Name)
EVIL = ["../../evil", "x;touch PWNED", "x$(touch PWNED)", "wenu*", "", " ", "a b", "a/b", "a.b"]
EVIL += ["order", "-x", "_x", "x_", "1x", "{sample}", "x@noise_up", "é", "a\n", "<b>", "x" * 65]

Content = dict[str, Any]


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture(scope="module")
def default() -> Content:
    content = default_with(REPOSITORY / "config/soft_electrons/taggers.yaml")
    for key in ("samples", "variables"):
        content[key] = read_yaml(REPOSITORY / content[key])
    return content


def accepted(name: str) -> bool:
    try:
        NAMES.validate_python(name)
    except ValidationError:
        return False
    return True


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9_.@*/ -]{1,66}", fullmatch=True) | st.text(max_size=8))
def test_accepted_name_is_safe_everywhere(name: str) -> None:
    if accepted(name):
        assert PurePath(name).parts == (name,)
        assert shlex.quote(name) == name
        assert glob.escape(name) == name
        assert re.escape(name) == name
        assert name.isidentifier()
        assert name.isascii()
        assert f"{{{name}}}".format(**{name: name}) == name
        assert MARK not in name
        assert len(f"{name}{MARK}{name}.parquet.partial".encode()) < 255


@settings(deadline=None)
@given(st.from_regex(r"[a-z][a-z0-9_]{0,10}[a-z0-9]", fullmatch=True))
def test_plain_names_are_accepted(name: str) -> None:
    assert accepted(name)


@pytest.mark.parametrize("name", ["wenu_jets", "x__y", "A"])
def test_name_is_plain_text_in_a_caption(name: str) -> None:
    """A trailing underscore would be a reference."""
    page = docutils.core.publish_string(f"Of {name} alone", writer="pseudoxml").decode()
    assert page.split("\n")[2].strip() == f"Of {name} alone"


PLACES: dict[str, Callable[[Content, str], Any]] = {
    "samples": lambda content, name: content["samples"].update({name: {}}),
    "training.taggers": lambda content, name: content["training"]["taggers"].update(
        {name: content["training"]["taggers"]["xgboost"]}
    ),
    "training.categories": lambda content, name: content["training"]["categories"].append(name),
    "variables.categories": lambda content, name: content["variables"]["categories"].update(
        {name: content["variables"]["categories"]["trt"]}
    ),
    "variables.variables": lambda content, name: content["variables"]["variables"].update(
        {name: content["variables"]["variables"]["pt"]}
    ),
    "variables.groups": lambda content, name: content["variables"]["groups"].append(name),
    "simulation.variations": lambda content, name: content["simulation"]["variations"].update(
        {name: {"weight": "a"}}
    ),
    "statistics.approaches": lambda content, name: content["statistics"]["approaches"].update(
        {name: {"kind": "all", "title": "x"}}
    ),
    "statistics.approaches.matched_electron.alternatives": lambda content, name: content[
        "statistics"
    ]["approaches"]["matched_electron"]["alternatives"].update({name: {}}),
    "statistics.scan.discriminants": lambda content, name: content["statistics"]["scan"][
        "discriminants"
    ].update({name: {"title": "x", "mass_bins": 1, "fake_rates": [0.1]}}),
    "statistics.signal_uncertainties": lambda content, name: content["statistics"][
        "signal_uncertainties"
    ].update({name: {"size": 0.1, "source": "x"}}),
    "samples.wenu_jets.ntuple": lambda content, name: content["samples"]["wenu_jets"].update(
        {"ntuple": name}
    ),
}


@pytest.mark.parametrize("where", PLACES)
def test_unsafe_names_are_refused_with_their_key(default: Content, where: str) -> None:
    content = copy.deepcopy(default)
    for name in ("../../evil", "x$(touch PWNED)", "wenu*"):
        PLACES[where](content, name)
    with pytest.raises(ConfigError) as error:
        load(content)
    lines = [line for line in str(error.value).splitlines() if "is no name: a letter, " in line]
    assert len(lines) == (1 if where.endswith("ntuple") else 3)
    assert all(line.startswith(f"  soft_electrons.{where}") for line in lines)


def test_empty_name(default: Content) -> None:
    content = copy.deepcopy(default)
    PLACES["samples"](content, "")
    with pytest.raises(ConfigError, match=r"samples\.: must not be empty"):
        load(content)


@pytest.mark.parametrize("name", EVIL)
def test_unsafe_names(name: str) -> None:
    assert not accepted(name)


def test_names_that_differ_in_capitals_alone() -> None:
    with pytest.raises(ValidationError, match="'wenu' and 'Wenu' differ in capitals alone"):
        TypeAdapter(Named[int]).validate_python({"wenu": 1, "Wenu": 2})


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("samples", "signal"),
        ("variables.categories", "all"),
        ("variables.variables", "label"),
        ("variables.variables", "weight"),
        ("statistics.approaches", "control_region"),
    ],
)
def test_names_of_the_chain_are_reserved(default: Content, where: str, name: str) -> None:
    content = copy.deepcopy(default)
    block = content
    for key in where.split("."):
        block = block[key]
    block[name] = block[next(iter(block))]
    with pytest.raises(ConfigError, match=f"{where}.{name}: '{name}' .*; choose another name"):
        load(content)


def test_columns_that_tables_of_tracks_have_are_no_variables() -> None:
    """Else a label or a weight would be a variable, or the other way round."""
    reserved = {*RESERVED["variables.variables"][1], *COLUMNS}
    truth = {name.replace("track_", "") for name in ENTRIES if name.startswith("truth_track_")}
    assert {*IDENTITY, *labels.COLUMNS, *truth} <= reserved
