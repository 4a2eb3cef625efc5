"""The configuration of the chain: what is wrong is said with its key."""

from __future__ import annotations

from typing import Any

import pytest

from hepchain.chains.dijets.config.run import DijetsConfig
from hepchain.config.loader import load_chain
from hepchain.config.root import read_configuration
from hepchain.errors import ConfigError


def load(*files: str, **changes: Any) -> DijetsConfig:
    content = read_configuration(files).chains["dijets"]
    for key, value in changes.items():
        *above, last = key.split("__")
        block = content
        for part in above:
            block = block[part]
        block[last] = value
    run = load_chain("dijets", content)
    assert isinstance(run, DijetsConfig)
    return run


def test_shipped_configurations_are_in_order() -> None:
    run = load()
    assert run.shown_window == "w3500"
    assert run.signal_masses == {"a": 3500.0, "b": 500.0, "c": 100.0}
    assert load("config/dijets/smoke.yaml").windows.windows.keys() == {"w3500", "w3900"}
    assert load("config/dijets/paper.yaml").events.samples["qcd"].all_parts > 50


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data__background": "qdc"}, "data: unknown name 'qdc', did you mean 'qcd'"),
        ({"data__signal": None}, "data.injected: events of no signal"),
        ({"false_alarms__windows": ["w3501"]}, "false_alarms.windows: unknown name 'w3501'"),
        ({"cwola__feature": []}, "cwola.feature: unknown key, did you mean 'features'"),
        ({"events__samples__signal__masses__b": 3450.0}, "is lighter than B and C together"),
        ({"events__samples__qcd__files": ["a.h5"]}, "give either `process`"),
        (
            {"black_boxes__answer__loose_efficiency": 0.05},
            "black_boxes.answer.loose_efficiency: 0.05 is none of search.efficiencies",
        ),
        ({"black_boxes__files": {"qcd": ["a.h5"]}}, "black_boxes: qcd: names of samples, too"),
        ({"black_boxes__files": {"box1": ["a.h5"]}}, "own boxes and such of `files`: box1"),
        ({"search__toys": 300}, "black_boxes.answer.level: 300 pseudo-experiments"),
        ({"black_boxes__own": None}, "give `own` boxes, or `files` of others"),
        ({"events__response": "nowhere.yaml"}, "nowhere.yaml: no such file"),
    ],
)
def test_mistakes(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(**changes)
    assert message in str(error.value).replace(";", ",")
