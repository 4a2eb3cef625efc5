"""The configuration of the chain: what is shipped is in order, what is wrong is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from hepchain.config.loader import load_chain
from hepchain.config.root import read_configuration
from hepchain.errors import ConfigError
from tests.chains.soft_muons.shared import CHAIN
from tests.workspace import REPOSITORY


def shipped(*names: str) -> dict[str, Any]:
    files = [REPOSITORY / f"config/{CHAIN}/{name}.yaml" for name in names]
    return copy.deepcopy(read_configuration(files).chains[CHAIN])


def test_the_default_has_the_inputs_of_the_reference() -> None:
    run: Any = load_chain(CHAIN, shipped())
    assert len(run.variables.of_category("run2")) == 17
    assert len(run.variables.of_category("run3")) == 22
    assert "pt" not in run.variables.variables
    network = run.training.taggers["network"]
    assert (network.normalised, network.plain) == ([64, 128], [64, 32, 8])
    assert (network.batch_size, network.epochs, network.patience) == (2048, 100, 10)


def test_the_small_run_is_in_order() -> None:
    load_chain(CHAIN, shipped("smoke"))


def _no_campaign(config: dict[str, Any]) -> None:
    del config["samples"]["run2"]["campaign"]


def _unknown_campaign(config: dict[str, Any]) -> None:
    config["samples"]["run2"]["campaign"] = "run4"


def _pileup(config: dict[str, Any]) -> None:
    config["samples"]["run3"]["pileup"] = "run2"


def _tagger(config: dict[str, Any]) -> None:
    config["results"]["tagger"] = "xgbost"


def _shares(config: dict[str, Any]) -> None:
    config["tight"]["efficiency"] = [0.9]


def _pt_rel(config: dict[str, Any]) -> None:
    config["pt_rel"]["max_pt_rel"] = 0.0


def _falling(config: dict[str, Any]) -> None:
    config["pt_rel"]["pt_edges"] = [10.0, 4.0]


def _factor(config: dict[str, Any]) -> None:
    config["pt_rel"]["variations"]["charm"] = {"charmed": 2.0}


def _heads(config: dict[str, Any]) -> None:
    config["training"]["taggers"]["transformer"]["heads"] = 3


def _kind(config: dict[str, Any]) -> None:
    config["training"]["taggers"]["network"]["kind"] = "soft_muons.dence"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_no_campaign, ["samples.run2.campaign", "run2 or run3"]),
        (_unknown_campaign, ["samples.run2.campaign", "run3"]),
        (_pileup, ["samples.run3.pileup", "remove it"]),
        (_tagger, ["results.tagger", "did you mean 'xgboost'"]),
        (_shares, ["tight", "7 values needed"]),
        (_pt_rel, ["pt_rel.max_pt_rel", "greater than 0"]),
        (_falling, ["pt_rel.pt_edges"]),
        (_factor, ["pt_rel.variations.charm.charmed"]),
        (_heads, ["training.taggers.transformer", "no multiple of heads"]),
        (_kind, ["training.taggers.network", "soft_muons.dence"]),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[dict[str, Any]], None], words: list[str]) -> None:
    config = shipped()
    change(config)
    with pytest.raises(ConfigError) as error:
        load_chain(CHAIN, config)
    assert all(word in str(error.value) for word in words), error.value
