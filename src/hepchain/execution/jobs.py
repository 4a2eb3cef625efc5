"""The jobs of a run and what they wait for, as Snakemake itself finds them; nothing is started."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hepchain.errors import ConfigError

SNAKEFILE = "Snakefile"


@dataclass(frozen=True)
class Request:
    """What would stand behind `snakemake`: targets, config files, `--config`, `--forceall`."""

    targets: Sequence[str] = ()
    configfiles: Sequence[str] = ()
    config: Sequence[str] = ()
    everything: bool = False


@dataclass(frozen=True)
class PlannedJob:
    """A job that would run.

    Attributes
    ----------
    rule, wildcards : which job
    threads, gpu : what it reserves
    inputs, params : as Snakemake has them, named or not
    outputs : paths
    waits_for : positions, in the list of all jobs, of those that make its inputs
    asks : what it asks for at its first attempt: name of a resource and inputs -> integer or None;
        inputs that are not there yet as :class:`hepchain.execution.usage.SizedPath`
    """

    rule: str
    wildcards: dict[str, str]
    threads: int
    gpu: int
    priority: int
    inputs: Any
    params: Any
    outputs: Sequence[str]
    waits_for: Sequence[int]
    asks: Callable[[str, Sequence[str]], int | None]


def planned_jobs(request: Request) -> list[PlannedJob]:
    """The jobs that a run would start, each after those that it waits for; without mere targets.

    The rules are read in the current directory, as `snakemake --dry-run` would.

    Raises
    ------
    ConfigError : there is no Snakefile here, or Snakemake refuses config or targets; the message is
        its own
    """
    if not Path(SNAKEFILE).is_file():
        raise ConfigError(
            f"no {SNAKEFILE} in {Path.cwd()}: go to the folder where you would start snakemake"
        )
    with contextlib.redirect_stderr(io.StringIO()):
        return _planned(_graph(request))


def _graph(request: Request) -> Any:
    """Snakemake's graph of jobs."""
    from snakemake.api import SnakemakeApi
    from snakemake.cli import parse_config
    from snakemake.exceptions import WorkflowError
    from snakemake.settings.types import (
        ConfigSettings,
        DAGSettings,
        OutputSettings,
        Quietness,
        ResourceSettings,
    )

    output = OutputSettings(dryrun=True, quiet={Quietness.ALL}, enable_file_logging=False)
    try:
        with SnakemakeApi(output) as api:
            workflow = api.workflow(
                # As many as any job asks for: what is reserved is not to be capped.
                resource_settings=ResourceSettings(cores=os.cpu_count() or 1, nodes=1),
                config_settings=ConfigSettings(
                    config=parse_config(list(request.config)),
                    configfiles=[Path(file) for file in request.configfiles],
                ),
                snakefile=Path(SNAKEFILE),
            )
            workflow.dag(DAGSettings(targets=set(request.targets), forceall=request.everything))
            return _built(workflow._workflow, request.everything)
    except (WorkflowError, ValueError, OSError) as error:
        raise ConfigError(f"Snakemake: {error}") from error


def _built(workflow: Any, everything: bool) -> Any:
    """What `snakemake --dag` does before it prints."""
    workflow._prepare_dag(
        forceall=everything, ignore_incomplete=True, lock_warn_only=True, nolock=True
    )
    workflow._build_dag()
    return workflow.dag


def _planned(graph: Any) -> list[PlannedJob]:
    needed = {job for job in graph.needrun_jobs() if job.output}
    ordered: list[Any] = []
    for level in graph.toposorted(needed):
        ordered.extend(sorted(level, key=lambda job: (job.rule.name, list(map(str, job.output)))))
    position = {job: number for number, job in enumerate(ordered)}
    return [_planned_job(graph, job, position) for job in ordered]


def _planned_job(graph: Any, job: Any, position: dict[Any, int]) -> PlannedJob:
    gpu = job.resources.get("gpu", 0)
    return PlannedJob(
        rule=job.rule.name,
        wildcards=dict(job.wildcards_dict),
        threads=int(job.threads),
        gpu=gpu if isinstance(gpu, int) else 0,
        priority=int(job.rule.priority),
        inputs=job.input,
        params=job.params,
        outputs=[str(path) for path in job.output],
        waits_for=sorted(position[item] for item in graph.dependencies[job] if item in position),
        asks=partial(_asked, job),
    )


def _asked(job: Any, name: str, inputs: Sequence[str]) -> int | None:
    resource = job.rule.resources.get(name)
    if resource is None:
        return None
    value = resource.evaluate(job.wildcards, input=inputs, attempt=1, threads=job.threads).value
    return value if isinstance(value, int) else None
