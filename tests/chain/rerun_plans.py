"""Which jobs would run after changes, and why: many plans in one process, each of a dry run.

Run in a workspace; reads a list of changes as JSON from standard input, writes a list of plans:
for each rule the number of its jobs and the reasons that Snakemake names for them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.jobs import get_script_mtime
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from hepchain import workflow

SMOKE = "config/smoke.yaml"


@contextmanager
def edited(edits: dict[str, list[str]]) -> Iterator[None]:
    """Files with one text in place of another; an empty one stands for the end of the file."""
    before = {Path(name): (Path(name).read_text(), Path(name).stat()) for name in edits}
    try:
        for name, (old, new) in edits.items():
            text = Path(name).read_text()
            assert old in text, f"{name}: no '{old}'"
            Path(name).write_text(text.replace(old, new, 1) if old else text + new)
        yield
    finally:
        for path, (text, status) in before.items():
            path.write_text(text)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def plan(change: dict[str, Any]) -> dict[str, Any]:
    """Rule -> [number of jobs, sorted reasons]."""
    workflow._files.cache_clear()
    get_script_mtime.cache_clear()
    files = tuple(map(Path, [SMOKE, *change.get("configs", [])]))
    output = OutputSettings(quiet={Quietness.ALL}, dryrun=True)
    with edited(change.get("edits", {})), SnakemakeApi(output) as api:
        loaded = api.workflow(
            resource_settings=ResourceSettings(cores=2),
            config_settings=ConfigSettings(config=change.get("config", {}), configfiles=files),
            snakefile=Path("Snakefile"),
        )
        loaded.dag(DAGSettings(targets=set(change.get("targets", [])))).execute_workflow(
            executor="dryrun"
        )
        graph = loaded._workflow.dag
        found: dict[str, tuple[int, set[str]]] = {}
        for job in graph.needrun_jobs(exclude_finished=False):
            count, reasons = found.get(job.rule.name, (0, set()))
            found[job.rule.name] = (count + 1, reasons | set(graph.reason(job).get_names()))
    found.pop("all", None)
    return {rule: [count, sorted(reasons)] for rule, (count, reasons) in found.items()}


if __name__ == "__main__":
    changes = json.load(sys.stdin)
    sys.stdout = sys.stderr
    sys.__stdout__.write(json.dumps([plan(change) for change in changes]))
