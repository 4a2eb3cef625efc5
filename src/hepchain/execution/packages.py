"""Packages of another environment in front of our own, as those of an experiment's release."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from hepchain.errors import ExecutionError

PACKAGES = (
    *("awkward", "jinja2", "matplotlib", "numpy", "pandas", "pydantic", "scipy", "snakemake"),
    *("uproot", "yaml"),
)
"""Some that releases have too."""


def check_packages() -> None:
    """Refuse PYTHONPATH where it brings packages that are installed with this one.

    They would be imported in place of those of uv.lock, for other versions or another Python. With
    some of them Snakemake does not start: the activation of the environment unsets the variable.

    Raises
    ------
    ExecutionError : names the packages, their folders and what to do
    """
    folders = [Path(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    found: dict[Path, list[str]] = {}
    for name in PACKAGES if folders else ():
        spec = find_spec(name)
        origin = Path(spec.origin) if spec is not None and spec.origin else None
        for folder in folders:
            if origin is not None and origin.is_relative_to(folder.absolute()):
                found.setdefault(folder, []).append(name)
                break
    if found:
        brought = "; ".join(f"{', '.join(names)} of {folder}" for folder, names in found.items())
        raise ExecutionError(
            f"PYTHONPATH puts packages of another environment before our own: {brought}. Run "
            "`unset PYTHONPATH`, or use a shell in which that environment is not set up"
        )
