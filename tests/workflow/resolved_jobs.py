"""Run Snakemake and write down what each planned job asks for: `resolved_jobs.py FILE OPTIONS...`.

A dry run prints no resources of rules that have a message.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from snakemake import cli
from snakemake.workflow import Workflow

LAST_ATTEMPT = 3


def known(resources: Any) -> dict[str, int | str]:
    """Resources that have a value; those that wait for a file to be there have none."""
    return {name: value for name, value in resources.items() if type(value) in (int, str)}


def description(job: Any) -> dict[str, Any]:
    """Rule, wildcards and resources of a job, at its first attempt and its last."""
    first = known(job.resources)
    job.attempt = LAST_ATTEMPT
    return {
        "rule": job.rule.name.removeprefix("soft_electrons_"),
        "wildcards": dict(job.wildcards_dict),
        "threads": job.threads,
        "resources": first,
        "resources_at_last": known(job.resources),
        "is_file": bool(job.output),
        "parameters": {str(name): repr(value) for name, value in job.params.items()},
        "inputs": sorted(map(str, job.input)),
        "outputs": sorted(map(str, job.output)),
    }


def main(target: Path, arguments: list[str]) -> None:
    """Run Snakemake with these arguments in this process."""
    build = Workflow._build_dag

    def build_and_write(workflow: Workflow) -> None:
        build(workflow)
        jobs = [description(job) for job in workflow.dag.needrun_jobs()]
        target.write_text(json.dumps(jobs))

    Workflow._build_dag = build_and_write
    sys.argv = ["snakemake", *arguments]
    cli.main(arguments)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
