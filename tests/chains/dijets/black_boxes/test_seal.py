"""What is in the boxes, and their seals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.chains.dijets.black_boxes.seal import (
    draw,
    mark_opened,
    opened_with,
    read_digest,
    read_truth,
    write_seal,
)
from hepchain.errors import InputError
from hepchain.identity import EVENTS_PER_PART
from tests.chains.dijets.black_boxes.small_boxes import own

GIVEN: dict[str, Any] = {"box": "one", "claimed": False, "blind": True}


def test_every_content_is_in_one_box() -> None:
    config = own()
    truths = draw(config)
    assert [truth.box for truth in truths] == config.boxes
    assert sorted(truth.content for truth in truths) == sorted(config.contents)
    for truth in truths:
        if truth.content == "nothing":
            assert (truth.masses, truth.events) == (None, 0)
            continue
        assert truth.masses is not None
        ranges = config.signals[truth.content].model_dump()
        assert all(low <= truth.masses[name] <= high for name, (low, high) in ranges.items())
        assert 10 <= truth.events <= 20
        marked = [
            number for part in range(2) for number in np.flatnonzero(truth.is_signal(part, 50))
        ]
        assert len(marked) == truth.events
        assert {*truth.event_numbers // EVENTS_PER_PART} <= {0, 1}
        assert (truth.event_numbers % EVENTS_PER_PART).tolist() == marked


def test_the_seed_of_the_boxes_decides() -> None:
    assert draw(own()) == draw(own())
    contents = {tuple(truth.content for truth in draw(own(seed=seed))) for seed in range(30)}
    assert len(contents) == 6


def test_a_seal_is_known_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    truth = draw(own())[1]
    write_seal(truth, path)
    digest = read_digest(f"{path}.sha256")
    assert len(digest) == 64
    assert read_truth(path) == truth
    path.write_text(path.read_text().replace(truth.content, "other"))
    with pytest.raises(InputError, match="its content is not that of its checksum"):
        read_truth(path)
    with pytest.raises(InputError, match="no digest of a seal"):
        read_digest(tmp_path / "nowhere.sha256")


def test_the_first_opening_of_a_seal_counts(tmp_path: Path) -> None:
    path, truths = tmp_path / "one.json", draw(own())
    write_seal(truths[0], path)
    digest = read_digest(f"{path}.sha256")
    assert opened_with(path, digest) is None
    mark_opened(path, GIVEN)
    first = opened_with(path, digest)
    mark_opened(path, {**GIVEN, "claimed": True})
    assert opened_with(path, digest) == first is not None
    write_seal(truths[1], path)
    assert opened_with(path, read_digest(f"{path}.sha256")) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contents": ["nothing", "two_jets"]}, "2 contents for 3 boxes"),
        ({"contents": ["nothing", "two_jets", "four_jets"]}, "unknown name 'four_jets'"),
        ({"injected": [20, 10]}, "`injected`: two numbers, rising"),
        ({"injected": [10, 101]}, "no more than a box has events"),
        (
            {"signals": {"two_jets": {"a": [400, 500], "b": [400, 450], "c": [80, 90]}}},
            "the lightest A is lighter than the heaviest B and C together",
        ),
    ],
)
def test_boxes_that_cannot_be_filled(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        own(**changes)
