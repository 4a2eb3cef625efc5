"""The configuration of a run: one module a block, typed, unknown keys refused."""

from hepchain.config.loader import load_block, load_run, read_yaml
from hepchain.config.run import RunConfig
from hepchain.config.samples import Process, Role, Sample
from hepchain.config.variables import Category, Transformation, Variable, Variables

__all__ = [
    "Category",
    "Process",
    "Role",
    "RunConfig",
    "Sample",
    "Transformation",
    "Variable",
    "Variables",
    "load_block",
    "load_run",
    "read_yaml",
]
