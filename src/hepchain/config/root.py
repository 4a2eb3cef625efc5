"""The configuration of a whole run: the chains to make, and a block for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, NonNegativeInt, ValidationError

from hepchain.chains import chain_names
from hepchain.config.base import Block
from hepchain.config.chain import ChainConfig, chain_model
from hepchain.config.execution import ExecutionConfig
from hepchain.config.layers import read_configs
from hepchain.config.loader import load_chain, summary
from hepchain.config.names import nearest
from hepchain.config.reading import describe
from hepchain.config.types import Distinct
from hepchain.errors import ConfigError


class RootConfig(Block):
    """What all chains share."""

    chains: Distinct[str] = Field(
        min_length=1, description="chains that are made if no target is given"
    )
    seed: NonNegativeInt = Field(description="seed of all random numbers")
    execution: ExecutionConfig


SHARED = ("seed", "execution")
"""Keys that each chain has from the root."""


@dataclass(frozen=True)
class Configuration:
    """A checked root, and what each chain is configured with."""

    root: RootConfig
    chains: Mapping[str, dict[str, Any]]
    """Chain -> its block with the shared keys, as :func:`.load_chain` takes it; all there are."""

    @property
    def gpus(self) -> int:
        """Most GPUs that a job asks for."""
        asked = (block.get("training", {}) for block in self.chains.values())
        numbers = (block.get("gpu") for block in asked if isinstance(block, Mapping))
        return max((number for number in numbers if isinstance(number, int)), default=0)

    def load(self, chain: str) -> ChainConfig:
        """The checked configuration of a chain.

        Raises
        ------
        ConfigError : see :func:`.load_chain`
        """
        return load_chain(chain, self.chains.get(chain, {}))


def base_files() -> list[str]:
    """Config files of the default run, the root's first."""
    return ["config/config.yaml", *(f"config/{chain}/config.yaml" for chain in chain_names())]


def read_configuration(files: Iterable[str | Path] = ()) -> Configuration:
    """Configuration of a run with these files, as after `--configfile`.

    Raises
    ------
    ConfigError : see :func:`.configuration_of`, or a file cannot be read
    """
    return configuration_of(read_configs([*base_files(), *files]))


def configuration_of(content: Mapping[str, Any]) -> Configuration:
    """Divide a merged configuration into root and chains, and check the root.

    Raises
    ------
    ConfigError : an unknown key or chain, with the nearest that there is, or a wrong value; a block
        of a chain that is not in the block of that chain
    """
    chains = chain_names()
    own = {key: value for key, value in content.items() if key not in chains}
    problems = [_misplaced(key) for key in own if key not in RootConfig.model_fields]
    problems += [
        f"{chain}: must be a mapping of keys to values"
        for chain in chains
        if not isinstance(content.get(chain, {}), Mapping)
    ]
    problems += [
        f"{chain}.{key}: is of all chains; write it outside the block"
        for chain in chains
        for key in SHARED
        if isinstance(content.get(chain), Mapping) and key in content[chain]
    ]
    own = {key: value for key, value in own.items() if key in RootConfig.model_fields}
    try:
        root = RootConfig.model_validate(own)
    except ValidationError as error:
        raise ConfigError(summary([*problems, *describe(error, RootConfig, own)])) from error
    problems += [
        f"chains: no chain '{name}'{nearest(name, chains)}"
        for name in root.chains
        if name not in chains
    ]
    if problems:
        raise ConfigError(summary(problems))
    shared = {key: own[key] for key in SHARED}
    return Configuration(root, {chain: {**content.get(chain, {}), **shared} for chain in chains})


def _misplaced(key: str) -> str:
    """What is wrong with a key that the root does not have."""
    owners = [name for name in chain_names() if key in chain_model(name).model_fields]
    if owners:
        return f"{key}: belongs into the block of a chain: `{owners[0]}: {{{key}: ...}}`"
    return f"{key}: unknown key{nearest(key, [*RootConfig.model_fields, *chain_names()])}"
