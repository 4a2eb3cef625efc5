"""Time left of a run: weights by rule, and what the run measures itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.execution.pace import Pace, weights
from tests.workspace import CHAIN, REPOSITORY


def test_few_long_jobs_count_for_what_they_take() -> None:
    pace = Pace({"long": 1, "short": 9}, {"long": 90.0, "short": 10 / 9})
    pace.finished("long", 90.0)
    assert pace.share() == pytest.approx(0.9)


def test_a_slower_machine_counts_for_what_is_not_yet_measured() -> None:
    pace = Pace({"first": 1, "second": 1}, {"first": 10.0, "second": 30.0})
    pace.finished("first", 20.0)
    assert pace.share() == pytest.approx(20 / 80)
    assert pace.left(elapsed=20.0) == pytest.approx(60.0)


def test_jobs_side_by_side_halve_the_time_left() -> None:
    pace = Pace({"rule": 4}, {"rule": 10.0})
    for _ in range(2):
        pace.finished("rule", 10.0)
    assert pace.left(elapsed=10.0) == pytest.approx(10.0)


def test_nothing_is_known_before_the_first_job_is_done() -> None:
    pace = Pace({"rule": 4}, {"rule": 10.0})
    assert pace.share() == 0.0
    assert pace.left(elapsed=3.0) is None
    assert Pace().share() == 1.0


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.tuples(st.integers(1, 20), st.floats(0.1, 1e4), st.floats(0.1, 1e4)),
        min_size=1,
    )
)
def test_the_share_grows_to_one(rules: dict[str, tuple[int, float, float]]) -> None:
    totals = {rule: number for rule, (number, _, _) in rules.items()}
    pace = Pace(totals, {rule: expected for rule, (_, expected, _) in rules.items()})
    for rule, (number, _, seconds) in rules.items():
        for _ in range(number):
            assert pace.share() < 1.0
            pace.finished(rule, seconds)
    assert pace.share() == 1.0
    assert pace.left(elapsed=1.0) == 0.0


def test_weights_have_the_chain_before_the_rule(tmp_path: Path) -> None:
    (tmp_path / "chains/toy").mkdir(parents=True)
    (tmp_path / "chains/toy/seconds.json").write_text(json.dumps({"training": 3.5}))
    assert weights(tmp_path) == {"toy_training": 3.5}


def test_generation_takes_most_of_the_time() -> None:
    found = weights(REPOSITORY / "workflow")
    assert max(found, key=found.__getitem__) in (f"{CHAIN}_generation", f"{CHAIN}_training")
