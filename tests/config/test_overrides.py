"""Values replaced by dotted key: which, and what is said of keys that are none."""

from __future__ import annotations

import copy

import pytest

from hepchain.config.overrides import override
from hepchain.errors import ConfigError

CONTENT = {
    "trt": {
        "dead": {"value": 0.04, "unit": "1", "source": "memory"},
        "share": {"value": [0.2, 0.3], "unit": "1", "source": "memory"},
        "tables": {"xenon": [1.0, 2.0]},
    },
    "version": 3,
}


def test_a_number_is_replaced_and_its_unit_kept() -> None:
    before = copy.deepcopy(CONTENT)
    changed = override(CONTENT, {"trt.dead": 0.1, "trt.share": [0.5, 0.5], "version": 4})
    assert changed["trt"]["dead"] == {"value": 0.1, "unit": "1", "source": "memory"}
    assert changed["trt"]["share"]["value"] == [0.5, 0.5]
    assert changed["version"] == 4
    assert before == CONTENT


def test_values_without_unit_and_parts_of_a_parameter_are_replaced() -> None:
    changed = override(CONTENT, {"trt.tables.xenon": [3.0], "trt.dead.value": 0.2})
    assert changed["trt"]["tables"]["xenon"] == [3.0]
    assert changed["trt"]["dead"]["value"] == 0.2


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("trt.daed", r"trt\.daed: unknown key; did you mean 'trt\.dead'\?"),
        ("tr", r"tr: unknown key; did you mean 'trt'\?"),
        ("trt", "trt: holds a block; give one of its keys: dead, share, tables"),
        ("trt.tables", "trt.tables: holds a block; give one of its keys: xenon"),
        ("trt.tables.xenon.first", "trt.tables.xenon.first: unknown key"),
        ("trt.", r"trt\.: unknown key"),
    ],
)
def test_a_key_that_is_none_is_refused(key: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        override(CONTENT, {key: 1.0})


def test_all_wrong_keys_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        override(CONTENT, {"trt.daed": 1, "version": 2, "other": 3})
    assert len(str(caught.value).splitlines()) == 2
