"""What happens before Snakemake looks at the files of a folder, so that no run disturbs another."""

from __future__ import annotations

import contextlib
import io
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hepchain.config.execution import ExecutionConfig
from hepchain.execution.lock import clear_locks_of_snakemake, take_folder
from hepchain.execution.orphans import (
    Say,
    end_local,
    end_slurm,
    local_orphans,
    local_supervisors,
)
from hepchain.execution.site import EXECUTOR, check_scheduler

LOOKING = (
    "archive",
    "cleanup_metadata",
    "containerize",
    "d3dag",
    "dag",
    "detailed_summary",
    "dryrun",
    "filegraph",
    "generate_unit_tests",
    "lint",
    "list_changes",
    "list_input_changes",
    "list_params_changes",
    "list_rules",
    "list_target_rules",
    "list_untracked",
    "print_compilation",
    "report",
    "rulegraph",
    "summary",
    "unlock",
)
"""Options of Snakemake with which it runs no job."""


def options_of_run(workflow: Any, command: Sequence[str]) -> Namespace | None:
    """Options of Snakemake, profiles included, if this process is one that starts jobs.

    None for one that carries out a single job or only looks, and where Snakemake is used from
    Python: the workflow itself knows its executor only after the rules are read.
    """
    if not workflow.is_main_process or "snakemake" not in Path(command[0]).parts[-2:]:
        return None
    from snakemake.cli import parse_args

    with contextlib.redirect_stderr(io.StringIO()):  # it has named its profiles already
        _, options = parse_args(command[1:])
    if options.report and options.report_after_run:
        options.report = None
    looks = any(getattr(options, name, None) for name in LOOKING)
    return None if looks or options.nolock else options


def claim_folder(workflow: Any, config: ExecutionConfig, say: Say) -> None:
    """Make sure that this run is alone in its folder; nothing if no job will be started.

    A run that goes on is an error. What a killed run left is cleared away: its jobs that still run,
    here or in SLURM, and its locks.

    Raises
    ------
    ExecutionError : another run goes on, or jobs of a killed one do not end
    """
    options = options_of_run(workflow, sys.argv)
    if options is None:
        return
    if options.executor == EXECUTOR:
        check_scheduler()
    folder = Path.cwd()
    executor = options.executor or "local"
    killed = take_folder(folder, executor)
    if killed is not None:
        say(f"The last run of this folder was killed ({killed}); going on where it was.")
    if EXECUTOR in (executor, killed and killed.executor):
        end_slurm(folder, config.left_over_jobs, say)
    if killed is not None:
        end_local([*local_supervisors(folder), *local_orphans(folder)], say)
        clear_locks_of_snakemake(folder)
