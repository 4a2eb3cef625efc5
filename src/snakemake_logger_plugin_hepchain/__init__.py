"""What `snakemake --logger hepchain` finds by this name; `profiles/default` asks for it.

Snakemake imports it at every start, before it reads the files of `--configfile`. Of a target that
it takes for one it says a traceback, or nothing about the file: its reader is replaced by ours.
"""

# Snakemake reads the types of the settings: annotations cannot be text here.
from dataclasses import dataclass, field

from snakemake.settings import types
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from hepchain.config.command_line import load_configfile
from hepchain.execution.screen import LogHandler

__all__ = ["LogHandler", "LogHandlerSettings"]

types.load_configfile = load_configfile


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Options of the command line, ``--logger-hepchain-...``."""

    headers: bool = field(
        default=False,
        metadata={"help": "Show inputs, outputs and resources of every job, as Snakemake does."},
    )
