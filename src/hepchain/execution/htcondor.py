"""What rules ask for, by the names of Snakemake's plugin for HTCondor, which knows no others.

The profile sets these resources for every rule to expressions that Snakemake evaluates for each job
and attempt; they look up what the rule itself asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY, RUNTIME, GPUS = "htcondor_request_mem_mb", "classad_MaxRuntime", "request_gpus"
OWN = (MEMORY, RUNTIME, GPUS)
"""Memory [MB], time [s] as CERN's pool reads it, number of GPUs (none: nothing is asked)."""

_RULE = re.compile(r"^rule (\w+):", re.MULTILINE)
_FROM: dict[str, Callable[[Any], int | None]] = {
    MEMORY: lambda asked: int(asked["mem_mb"]),
    RUNTIME: lambda asked: 60 * int(asked["runtime"]),
    GPUS: lambda asked: int(asked.get("gpu", 0)) or None,
}


def requests(folder: str | Path = "workflow/rules") -> dict[str, dict[str, str]]:
    """Rule -> resource of the plugin -> expression, for all rules in the files of a folder."""
    files = sorted(Path(folder).glob("*.smk"))
    rules = [rule for file in files for rule in _RULE.findall(file.read_text())]
    return {rule: {name: _expression(rule, name) for name in OWN} for rule in rules}


def _expression(rule: str, name: str) -> str:
    place = f"__import__({__name__!r}, fromlist=['_']).request"
    return f"{place}(async_run, {rule!r}, {name!r}, wildcards, input, attempt)"


def request(
    async_run: Any, rule: str, name: str, wildcards: Any, inputs: Any, attempt: int
) -> int | None:
    """Value of a resource of the plugin for a job, from what its rule asks for.

    ``async_run``, a method of the workflow, is the only way there from an expression.
    """
    found = async_run.__self__.get_rule(rule)
    asked = found.expand_resources(wildcards, inputs, attempt, skip_evaluation=set(OWN))
    return _FROM[name]({key: asked[key] for key in asked.keys()})  # noqa: SIM118
