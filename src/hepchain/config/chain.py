"""What the configuration of every chain has, whatever stages it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, ClassVar, Self, cast

from pydantic import Field, NonNegativeInt, model_validator

from hepchain.chains import chain_names
from hepchain.config.base import Block
from hepchain.config.consistency import GENERAL, of_role, problems
from hepchain.config.execution import ExecutionConfig
from hepchain.config.names import nearest
from hepchain.config.samples import Role, Sample
from hepchain.config.simulation import FORCED, SimulationConfig
from hepchain.errors import ConfigError
from hepchain.variations import varied_name

Check = Callable[..., Iterable[str]]


class ChainConfig(Block):
    """Everything a chain depends on, the files named in its configuration included.

    A chain adds the blocks of the stages that it uses, under the names that their rules know
    (``skimming``, ``training``, ...), and blocks of its own.
    """

    FILES: ClassVar[tuple[str, ...]] = ()
    """Keys that name a file whose content is part of the configuration, dotted."""
    CHECKS: ClassVar[tuple[Check, ...]] = ()
    """Checks of the chain that span blocks, beside those of the stages."""

    order: list[str] = Field(
        default_factory=list,
        description="names of anything below, in the order in which it is listed and drawn; what "
        "is not named follows by name, and the order in a file or on the command line is no matter",
    )
    seed: NonNegativeInt = Field(description="seed of all random numbers")
    execution: ExecutionConfig
    samples: Mapping[str, Sample] = Field(default_factory=dict, description="name -> sample")
    simulation: SimulationConfig | None = None

    def of_role(self, *roles: Role) -> list[str]:
        """Names of the samples in these roles, in their order."""
        return of_role(self.samples, *roles)

    @property
    def all_samples(self) -> dict[str, Sample]:
        """The samples, and as their base the varied ones, ``{sample}@{variation}``, and copies with
        forced electrons."""
        varied = {} if self.simulation is None else self.simulation.varied
        forced = [] if self.simulation is None else self.simulation.forced_electrons
        found = dict(self.samples) | {
            varied_name(name, variation): self.samples[name]
            for name, variations in varied.items()
            for variation in variations
        }
        return found | {varied_name(name, FORCED): self.samples[name] for name in forced}

    def parts_of(self, sample: str) -> int:
        """Number of jobs that simulate a sample."""
        return 0 if self.simulation is None else self.simulation.parts[sample]

    def events_per_part_of(self, sample: str) -> int:
        """Number of events of each job that simulates a sample."""
        return 0 if self.simulation is None else self.simulation.events_per_part[sample]

    @classmethod
    def problems(cls, blocks: Mapping[str, Any]) -> list[str]:
        """Every problem between blocks (name -> model) that are in order by themselves."""
        return problems(blocks, (*GENERAL, *cls.CHECKS))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = self.problems({name: getattr(self, name) for name in type(self).model_fields})
        if found:
            raise ValueError("\n".join(found))
        return self


def chain_model(chain: str) -> type[ChainConfig]:
    """Model of the configuration of a chain.

    Raises
    ------
    ConfigError : there is no such chain
    """
    if chain not in chain_names():
        raise ConfigError(f"no chain '{chain}'{nearest(chain, chain_names())}")
    model = import_module(f"hepchain.chains.{chain}.config").CONFIG
    return cast(type[ChainConfig], model)
