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

import yaml
from snakemake.api import SnakemakeApi
from snakemake.jobs import get_script_mtime
from snakemake.settings.enums import RerunTrigger
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from hepchain import workflow

SMOKE = "config/soft_electrons/smoke.yaml"
PROFILE = yaml.safe_load(Path("profiles/default/config.yaml").read_text())
TRIGGERS = RerunTrigger.parse_choices_set(PROFILE["rerun-triggers"])
"""Those of the default profile, which only the command line reads."""


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


@contextmanager
def turned(names: list[str]) -> Iterator[None]:
    """YAML files with the keys of every mapping in the opposite order, as old as they were."""
    with edited({name: ["", "\n"] for name in names}):
        for path in map(Path, names):
            content = turn(yaml.safe_load(path.read_text()))
            path.write_text(yaml.safe_dump(content, sort_keys=False))
            os.utime(path, ns=(0, 0))
        yield


def turn(content: Any) -> Any:
    """The same with the keys of every mapping in the opposite order."""
    if isinstance(content, list):
        return [turn(item) for item in content]
    if not isinstance(content, dict):
        return content
    return {key: turn(content[key]) for key in reversed(content)}


def plan(change: dict[str, Any]) -> dict[str, Any]:
    """Rule -> [number of jobs, sorted reasons]."""
    workflow._package.cache_clear()
    workflow._content_digest.cache_clear()
    get_script_mtime.cache_clear()
    files = tuple(map(Path, [SMOKE, *change.get("configs", [])]))
    output = OutputSettings(quiet={Quietness.ALL}, dryrun=True)
    with (
        edited(change.get("edits", {})),
        turned(change.get("turned", [])),
        SnakemakeApi(output) as api,
    ):
        loaded = api.workflow(
            resource_settings=ResourceSettings(cores=2),
            config_settings=ConfigSettings(config=change.get("config", {}), configfiles=files),
            snakefile=Path("Snakefile"),
        )
        settings = DAGSettings(
            targets=set(change.get("targets", [])), rerun_triggers=frozenset(TRIGGERS)
        )
        loaded.dag(settings).execute_workflow(executor="dryrun")
        graph = loaded._workflow.dag
        found: dict[str, tuple[int, set[str]]] = {}
        for job in graph.needrun_jobs(exclude_finished=False):
            name = job.rule.name.removeprefix("soft_electrons_")
            count, reasons = found.get(name, (0, set()))
            found[name] = (count + 1, reasons | set(graph.reason(job).get_names()))
    for target in ("all", "soft_electrons"):
        found.pop(target, None)
    return {rule: [count, sorted(reasons)] for rule, (count, reasons) in found.items()}


if __name__ == "__main__":
    changes, output = json.load(sys.stdin), sys.stdout
    sys.stdout = sys.stderr
    output.write(json.dumps([plan(change) for change in changes]))
