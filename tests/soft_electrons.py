"""The configuration of the chain soft_electrons, for tests that change it and load it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.config.loader import load_chain
from hepchain.config.root import read_configuration
from hepchain.labels import Labelling

CHAIN = "soft_electrons"
LABELLING = Labelling.of(f"hepchain.chains.{CHAIN}.labels")


def default_with(*files: str | Path) -> dict[str, Any]:
    """What the chain is configured with in the default run, extended by these files."""
    return read_configuration(files).chains[CHAIN]


def load(config: Mapping[str, Any]) -> SoftElectronsConfig:
    """Its checked configuration."""
    return cast(SoftElectronsConfig, load_chain(CHAIN, config))
