"""Answers about boxes, and what becomes of them when a seal is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.chains.dijets.black_boxes import opening
from hepchain.chains.dijets.black_boxes.answer import Answer, answer, settled, table
from hepchain.chains.dijets.black_boxes.seal import (
    Truth,
    draw,
    mark_opened,
    read_digest,
    write_seal,
)
from hepchain.chains.dijets.config.black_boxes import Scale
from hepchain.errors import StageError
from hepchain.io.structured import plain
from tests.chains.dijets.black_boxes.small_boxes import ANSWER, own
from tests.chains.dijets.pseudo_data import made

MASS = {"value": 500.0, "error": 10.0}


def outcome(p_value: float, **changes: Any) -> dict[str, Any]:
    findings = [
        {
            "window": window,
            "efficiency": efficiency,
            "observed": 144.0,
            "expected": 100.0,
            "error": 5.0,
            "significance": 4.0,
            "flags": ["poor fit"] if efficiency == 1.0 else [],
        }
        for window in ("low", "high")
        for efficiency in (1.0, 0.1)
    ]
    best = {
        "efficiency": 0.1,
        "window": "low",
        "local": 1e-5,
        "global_value": p_value,
        "global_error": 0.001,
    }
    masses = [{"efficiency": 0.1, "window": "low", "a": MASS, "b": MASS, "c": MASS}]
    return {"findings": findings, "best": [best], "resonances": masses, **changes}


def test_a_claim_has_masses_and_events() -> None:
    given = answer("one", outcome(0.01), ANSWER, "abc")
    assert given.claimed
    assert given.window == "low"
    assert given.masses == {name: pytest.approx(MASS) for name in "abc"}
    assert given.events == {"value": 44.0, "error": 13.0}
    assert given.flags == ("events: poor fit",)


def test_the_smallest_p_value_of_all_cuts_pays_for_them() -> None:
    best = outcome(0.02)["best"][0]
    two = [{**best, "efficiency": 1.0, "window": "high"}, {**best, "local": 1e-6}]
    given = answer("one", outcome(0.02, best=two), ANSWER, None)
    assert (given.window, given.efficiency) == ("low", 0.1)
    assert given.p_value["value"] == pytest.approx(1.0 - 0.98**2)
    assert given.p_value["error"] == pytest.approx(2 * 0.98 * 0.001)


def test_masses_are_those_behind_the_scale_of_jets() -> None:
    scales = ANSWER.scales.model_copy(update={"c": Scale(value=1.25, error=0.05)})
    given = answer("one", outcome(0.01), ANSWER.model_copy(update={"scales": scales}), None)
    assert given.masses is not None
    assert given.masses["c"]["value"] == pytest.approx(400.0)
    assert given.masses["c"]["error"] == pytest.approx(np.hypot(8.0, 16.0))
    assert given.masses["b"] == pytest.approx(MASS)


def test_nothing_is_weighed_without_a_claim() -> None:
    given = answer("one", outcome(0.2), ANSWER, None)
    assert not given.claimed
    assert given.masses is None
    assert given.p_value == pytest.approx({"value": 0.2, "error": 0.001})
    silent = answer("one", outcome(0.2, best=[]), ANSWER, None)
    assert (silent.claimed, silent.window, silent.events["value"]) == (False, None, None)
    shown = table(plain([given, silent]), {"low": (3300.0, 3700.0)}, ANSWER).frame
    assert shown["Global p-value"].tolist() == ["0.2000 ± 0.0010", "–"]
    assert shown["Seal"].tolist() == ["of others"] * 2


def sealed(folder: Path) -> tuple[Path, Answer]:
    path = folder / "one.json"
    write_seal(draw(own())[0], path)
    return path, answer("one", outcome(0.01), ANSWER, read_digest(f"{path}.sha256"))


def test_an_answer_after_the_opening_is_flagged(tmp_path: Path) -> None:
    path, given = sealed(tmp_path)
    assert settled(given, path, ANSWER).blind
    mark_opened(path, plain(given))
    assert settled(given, path, ANSWER).blind, "the same answer, made again"
    other = answer("one", outcome(0.02), ANSWER, given.seal)
    late = settled(other, path, ANSWER)
    assert not late.blind
    shown = table(plain([late]), {"low": (3300.0, 3700.0)}, ANSWER)
    words = "the seal of one has been opened: an answer after that is no blind one"
    assert words in shown.frame["Remarks"][0]
    assert str(given.seal) in shown.note
    refusing = ANSWER.model_copy(update={"on_opened": "refuse"})
    with pytest.raises(StageError, match=words):
        settled(other, path, refusing)
    write_seal(draw(own())[1], path)
    fresh = answer("one", outcome(0.02), ANSWER, read_digest(f"{path}.sha256"))
    assert settled(fresh, path, refusing).blind, "another truth, another seal"


def test_boxes_of_others_have_no_seal() -> None:
    given = answer("theirs", outcome(0.01), ANSWER, None)
    assert settled(given, None, ANSWER) == given


def test_an_answer_is_compared_with_the_truth() -> None:
    events = made(1000, 0)
    truth = Truth("one", "two_jets", {"a": 480.0, "b": 500.0, "c": 530.0}, [list(range(40))], "")
    score = np.where(np.arange(1000) < 20, 0.95, 0.5)
    given = plain(answer("one", outcome(0.01), ANSWER, "abc"))
    found = opening.opened(given, truth, events, score, (0.0, 7000.0), ANSWER)
    assert (found.verdict, found.generated, found.in_window) == ("found", 40, 40)
    by_name = {item.quantity: item for item in found.compared}
    assert by_name["m(A) [GeV]"].difference == pytest.approx(2.0)
    assert by_name["m(C) [GeV]"].difference == pytest.approx(-3.0)
    assert by_name["Events"].true == 40.0
    assert by_name["Passing"].true == 20.0
    shown = opening.table([plain(found)]).frame
    assert shown["Verdict"].tolist() == ["found"] * 5
    assert shown["Content"][0] == "two jets"


@pytest.mark.parametrize(
    ("claimed", "content", "expected"),
    [
        (True, "nothing", "false alarm"),
        (False, "nothing", "rightly nothing"),
        (True, "two_jets", "found"),
        (False, "three_jets", "missed"),
    ],
)
def test_verdicts(claimed: bool, content: str, expected: str) -> None:
    assert opening.verdict(claimed, content) == expected


def test_a_false_alarm_has_no_true_masses() -> None:
    truth = Truth("one", "nothing", None, [[]], "")
    given = plain(answer("one", outcome(0.01), ANSWER, "abc"))
    found = opening.opened(given, truth, made(100, 0), np.ones(100), (0.0, 7000.0), ANSWER)
    assert {item.true for item in found.compared} == {None, 0.0}
    assert opening.table([plain(found)]).frame["True"][0] == "–"
