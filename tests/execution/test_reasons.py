"""Plans in sentences."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.execution.reasons import CODE, Reasons, causes, differences, place_of

CHANGED = (
    "Params have changed since last execution: Union of exclusive params before and now across "
    "all output: before: {before} now: {now} "
)


def changed(before: str, now: str) -> str:
    return CHANGED.format(before=before, now=now)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (changed("{'met': 200, 'dr': 1}", "{'met': 250, 'dr': 1}"), ["met: 200 → 250"]),
        (
            changed("{'jet': {'pt': 30.0, 'eta': 2}}", "{'jet': {'pt': 25.0, 'eta': 2}}"),
            ["jet.pt: 30.0 → 25.0"],
        ),
        (changed("'0123456789abcdef'", "'fedcba9876543210'"), [CODE]),
        (changed("'0123456789abcdef'", "<nothing exclusive>"), [CODE]),
        (changed("{'a': 1}", "{'a': 1, 'b': [2]}"), ["b: new, [2]"]),
        (changed("{'a': 1, 'b': 2}", "{'a': 1}"), ["b: 2 → removed"]),
        (changed("200", "250"), ["a parameter: 200 → 250"]),
        (changed("<built-in>", "2"), ["other parameters"]),
        (
            "Missing output files: a.json; Input files updated by another job: b.json",
            ["results that are not there", "what they read is made anew"],
        ),
    ],
)
def test_causes(reason: str, expected: list[str]) -> None:
    assert list(causes(reason)) == expected


def test_values_are_compared_with_those_they_are_like() -> None:
    before = "{'a': 1, 'b': 2},{'c': 3, 'd': 4}"
    now = "{'c': 3, 'd': 5},{'a': 0, 'b': 2}"
    assert sorted(causes(changed(before, now))) == ["a: 1 → 0", "d: 4 → 5"]


def test_jobs_of_one_cause_are_counted_together() -> None:
    reasons = Reasons()
    assert reasons.text() == ""
    for rule in ("selection", "selection", "statistics"):
        reasons.add(rule, changed("{'met': 200}", "{'met': 250}"))
    reasons.add("figure", "Input files updated by another job: x.json")
    assert reasons.text().splitlines() == [
        "Why:",
        "  met: 200 → 250: 3 jobs (selection, statistics)",
        "  what they read is made anew: 1 job (figure)",
    ]


def test_a_plan_names_the_keys_of_the_configuration() -> None:
    reasons = Reasons()
    reasons.configuration = {"toy": {"counting": {"tilt": 0.3, "scale": 1.0}}, "other": {"a": 0.3}}
    reasons.add("toy_selection", changed("0.8", "0.3"))
    reasons.add("toy_counting", changed("{'tilt': 0.8, 'added': 1}", "{'tilt': 0.3, 'added': 1}"))
    assert "  counting.tilt: 0.8 → 0.3: 1 job (toy_selection)" in reasons.text().splitlines()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"met": 250, "default": 1}, "selection"),
        (0.5, "selection.jets.pt"),
        (7, "a or b"),
        (8, ""),
        ({"met": 251}, ""),
    ],
)
def test_place_of_a_value(value: Any, place: str) -> None:
    block = {"selection": {"met": 250}, "a": 7, "b": 7, "c": 8, "d": 8, "e": 8}
    if value == 0.5:
        block["selection"]["jets"] = {"pt": 0.5}  # type: ignore[index]
    assert place_of(value, block) == place


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_there_are_differences_where_values_differ(one: Any, other: Any) -> None:
    assert not list(differences(one, one))
    assert bool(list(differences(one, other))) == (one != other)
