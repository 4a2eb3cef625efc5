"""Render the captions of a run without running it: `rendered_captions.py FILE OPTIONS...`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, StrictUndefined
from snakemake import cli
from snakemake.io import is_flagged
from snakemake.workflow import Workflow

ENVIRONMENT = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def captions(workflow: Workflow) -> dict[str, str]:
    """Output -> its caption, as the report has it; a key or a parameter that is none fails."""
    rendered = {"workflow": _rendered(workflow.report_text, config=workflow.config)}
    for job in workflow.dag.jobs:
        for output in filter(lambda path: is_flagged(path, "report"), job.output):
            config = job.rule.module_globals["config"]
            known = {"config": config, "params": job.params, "wildcards": job.wildcards}
            rendered[str(output)] = _rendered(output.flags["report"].caption, **known)
    return rendered


def _rendered(caption: Any, **known: Any) -> str:
    text = Path(caption.get_path_or_uri(secret_free=True)).read_text()
    return ENVIRONMENT.from_string(text).render(snakemake=SimpleNamespace(**known))


def main(target: Path, arguments: list[str]) -> None:
    """Run Snakemake with these arguments in this process."""
    build = Workflow._build_dag

    def build_and_write(workflow: Workflow) -> None:
        build(workflow)
        target.write_text(json.dumps(captions(workflow)))

    Workflow._build_dag = build_and_write
    cli.main(arguments)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
