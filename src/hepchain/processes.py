"""The process of a sample by its name: a module of that name, a new one is one file more."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from hepchain.config.names import nearest
from hepchain.errors import ConfigError
from hepchain.modules import modules_in

if TYPE_CHECKING:
    from hepchain.simulation.generation.source import SampleKeys, Source

GENERAL = "hepchain.simulation.generation.processes"
"""Package of the processes of all chains."""


class Maker(Protocol):
    """What the module of a process offers."""

    def source(self, sample_name: str, sample: SampleKeys, part: int, seed: int) -> Source:
        """The generator of one job; ``sample_name``, ``part`` and ``seed`` fix its random numbers.

        Raises
        ------
        ConfigError : the sample lacks what the process needs, or has what it cannot have
        StageError : the generator does not start
        """


def packages_of(chain: str | None) -> tuple[str, ...]:
    """Packages that the processes of a chain are looked for in, in this order."""
    return (GENERAL,) if chain is None else (GENERAL, f"hepchain.chains.{chain}.simulation")


def known_processes(chain: str | None = None) -> list[str]:
    """Names of all processes of a chain, sorted; nothing of them is imported."""
    return sorted({name for package in packages_of(chain) for name in modules_in(package)})


def module_of(process: str, chain: str | None = None) -> str:
    """Full name of the module of a process.

    Raises
    ------
    ConfigError : there is no such process
    """
    for package in packages_of(chain):
        if process in modules_in(package):
            return f"{package}.{process}"
    known = known_processes(chain)
    raise ConfigError(f"there is no process '{process}'{nearest(process, known)}")


def maker_of(process: str, chain: str | None = None) -> Maker:
    """The module of a process.

    Raises
    ------
    ConfigError : there is no such process
    """
    return cast(Maker, import_module(module_of(process, chain)))
