"""What rules ask for, by the names of Snakemake's plugins for clusters.

Rules name portable needs alone: memory, time, cores, GPUs. Plugins read some of them by names of
their own, and a site may want jobs with a GPU elsewhere. The rules of a loaded workflow, those of
modules too, get these further resources before any job is planned.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

Evaluate = Callable[[str], Any]
"""Name of a resource -> what a job asks for of it; None if of nothing."""

HTCONDOR: dict[str, Callable[[Evaluate], Any]] = {
    "htcondor_request_mem_mb": lambda asked: asked("mem_mb"),
    "classad_MaxRuntime": lambda asked: 60 * asked("runtime"),
    "request_gpus": lambda asked: asked("gpu") or None,
}
"""Memory [MB], time [s] as CERN's pool reads it, number of GPUs; the plugin knows no others."""

SLURM_GPU: dict[str, tuple[str, Callable[[str, int], str]]] = {
    "slurm_partition": ("HEPCHAIN_GPU_PARTITION", lambda value, gpus: value),
    "gpu_model": ("HEPCHAIN_GPU_MODEL", lambda value, gpus: value),
    "gres": ("HEPCHAIN_GPU_GRES", lambda value, gpus: f"{value}:{gpus}"),
}
"""What a site may want of jobs with a GPU: the variable that says so, and value for that many."""


def add_requests(workflow: Any, executor: str | None) -> None:
    """Give the rules of a loaded workflow what the plugin of an executor reads.

    A resource that `--set-resources` gives a rule stays as it is. ``executor`` names the plugin, as
    the profile does; None for this machine.
    """
    for rule in workflow.rules:
        chosen = workflow.resource_settings.overwrite_resources.get(rule.name, {})
        for name, value in _requests(executor, dict(rule.resources)).items():
            if name not in chosen:
                rule.resources[name] = value


def _requests(executor: str | None, own: dict[str, Any]) -> dict[str, Any]:
    """Name -> resource function, of a rule with these resources."""
    if executor == "htcondor":
        return {name: _looked_up(own, value) for name, value in HTCONDOR.items()}
    if executor == "slurm" and "gpu" in own:
        return {
            name: _looked_up(own, _with_gpu(name, os.environ[variable], value))
            for name, (variable, value) in SLURM_GPU.items()
            if os.environ.get(variable)
        }
    return {}


def _with_gpu(
    name: str, of_site: str, value: Callable[[str, int], str]
) -> Callable[[Evaluate], Any]:
    """What jobs with a GPU ask for; others what they asked for before."""

    def request(asked: Evaluate) -> Any:
        gpus = asked("gpu")
        return value(of_site, gpus) if gpus else asked(name)

    return request


def _looked_up(own: dict[str, Any], value: Callable[[Evaluate], Any]) -> Callable[..., Any]:
    """Resource function that goes by other resources of its rule."""

    def request(wildcards: Any, **job: Any) -> Any:
        def asked(name: str) -> Any:
            return own[name].evaluate(wildcards, **job).value if name in own else None

        return value(asked)

    return request
