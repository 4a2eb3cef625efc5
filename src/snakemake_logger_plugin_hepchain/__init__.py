"""What `snakemake --logger hepchain` finds by this name; `profiles/default` asks for it."""

# Snakemake reads the types of the settings: annotations cannot be text here.
from dataclasses import dataclass, field

from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from hepchain.execution.screen import LogHandler

__all__ = ["LogHandler", "LogHandlerSettings"]


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Options of the command line, ``--logger-hepchain-...``."""

    headers: bool = field(
        default=False,
        metadata={"help": "Show inputs, outputs and resources of every job, as Snakemake does."},
    )
