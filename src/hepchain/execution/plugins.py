"""What rules ask for, by the names of Snakemake's plugins for clusters.

Profiles set these resources to expressions that Snakemake evaluates for each job and attempt; they
look up what the rule itself asks for, so that rules need not know of any site.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

RULES = Path("workflow/rules")

Asked = dict[str, Any]


def _gpus(asked: Asked) -> int:
    return int(asked.get("gpu") or 0)


def _gres(asked: Asked) -> str | None:
    return f"{os.environ['HEPCHAIN_GPU_GRES']}:{_gpus(asked)}" if _gpus(asked) else None


def _partition(asked: Asked) -> str | None:
    variable = "HEPCHAIN_GPU_PARTITION" if _gpus(asked) else "SBATCH_PARTITION"
    return os.environ.get(variable)


HTCONDOR: dict[str, Callable[[Asked], Any]] = {
    "htcondor_request_mem_mb": lambda asked: int(asked["mem_mb"]),
    "classad_MaxRuntime": lambda asked: 60 * int(asked["runtime"]),
    "request_gpus": lambda asked: _gpus(asked) or None,
}
"""Memory [MB], time [s] as CERN's pool reads it, number of GPUs; the plugin knows no others."""
SLURM_GPU: dict[str, tuple[str, Callable[[Asked], Any]]] = {
    "slurm_partition": ("HEPCHAIN_GPU_PARTITION", _partition),
    "gpu_model": (
        "HEPCHAIN_GPU_MODEL",
        lambda asked: os.environ["HEPCHAIN_GPU_MODEL"] if _gpus(asked) else None,
    ),
    "gres": ("HEPCHAIN_GPU_GRES", _gres),
}
"""What a site may want of jobs with a GPU, each with the environment variable that says so."""
LOOKED_UP = HTCONDOR | {name: value for name, (_, value) in SLURM_GPU.items()}


def htcondor_requests(folder: Path = RULES) -> dict[str, dict[str, str]]:
    """Rule -> resource of HTCondor's plugin -> expression, for all rules in a folder."""
    return {rule: _expressions(rule, list(HTCONDOR)) for rule, _ in _rules(folder)}


def slurm_gpu_requests(folder: Path = RULES) -> dict[str, dict[str, str]]:
    """The same for SLURM, of rules some of whose jobs use a GPU, as far as the environment asks."""
    names = [name for name, (variable, _) in SLURM_GPU.items() if os.environ.get(variable)]
    asking = [rule for rule, text in _rules(folder) if re.search(r"^ +gpu=", text, re.MULTILINE)]
    return {rule: _expressions(rule, names) for rule in asking} if names else {}


def _rules(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each rule."""
    for file in sorted(folder.glob("*.smk")):
        parts = re.split(r"^rule (\w+):", file.read_text(), flags=re.MULTILINE)
        yield from zip(parts[1::2], parts[2::2], strict=True)


def _expressions(rule: str, names: list[str]) -> dict[str, str]:
    place = f"__import__({__name__!r}, fromlist=['_']).look_up"
    return {
        name: f"{place}(async_run, {rule!r}, {name!r}, wildcards, input, attempt)" for name in names
    }


def look_up(
    async_run: Any, rule: str, name: str, wildcards: Any, inputs: Any, attempt: int
) -> int | str | None:
    """Value of a resource of a plugin for a job, from what its rule asks for.

    ``async_run``, a method of the workflow, is the only way there from an expression.
    """
    found = async_run.__self__.get_rule(rule)
    asked = found.expand_resources(wildcards, inputs, attempt, skip_evaluation=set(LOOKED_UP))
    value: int | str | None = LOOKED_UP[name]({key: asked[key] for key in asked.keys()})  # noqa: SIM118
    return value
