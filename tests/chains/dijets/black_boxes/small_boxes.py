"""Settings of small boxes."""

from __future__ import annotations

from typing import Any

from hepchain.chains.dijets.config.black_boxes import AnswerConfig, OwnBoxes, Scale, Scales

EXACT = Scale(value=1.0, error=0.0)
ANSWER = AnswerConfig(
    loose_efficiency=1.0,
    scales=Scales(a=EXACT, b=EXACT, c=EXACT),
    level=0.05,
    on_opened="flag",
)


def own(**changes: Any) -> OwnBoxes:
    """Three boxes."""
    return OwnBoxes.model_validate(
        {
            "boxes": ["one", "two", "three"],
            "seed": 5,
            "contents": ["nothing", "two_jets", "three_jets"],
            "signals": {
                "two_jets": {"a": [3400, 3600], "b": [400, 500], "c": [80, 120]},
                "three_jets": {"a": [3800, 4000], "b": [1900, 2100], "c": [20, 40]},
            },
            "injected": [10, 20],
            "pthat": [1100, 6500],
            "parts": 2,
            "events": 50,
            "settings": {"Tune:pp": 21},
            **changes,
        }
    )
