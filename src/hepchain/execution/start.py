"""What happens before Snakemake looks at the files of a folder, so that no run disturbs another."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hepchain.config.execution import ExecutionConfig
from hepchain.errors import ExecutionError
from hepchain.execution.clocks import date_back, start_of_run
from hepchain.execution.command import is_command, parsed
from hepchain.execution.lock import clear_locks_of_snakemake, take_folder
from hepchain.execution.orphans import (
    Say,
    end_local,
    end_slurm,
    local_orphans,
    local_supervisors,
)
from hepchain.execution.site import EXECUTOR, leave_out_absent_gpus
from hepchain.execution.slurm import check_scheduler
from hepchain.io.targets import MARK, OF_SNAKEMAKE, foreign_files

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

DEFAULT_RATE = (100, 1)
"""Jobs that may start in so many seconds, where no command says another number."""


def options_of_run(workflow: Any, command: Sequence[str]) -> Namespace | None:
    """Options of Snakemake, profiles included, if this process is one that starts jobs.

    None for one that carries out a single job or only looks, and where Snakemake is used from
    Python: the workflow itself knows its executor only after the rules are read.
    """
    if not is_command(workflow, command):
        return None
    _, options = parsed(command)
    given = [name for name in LOOKING if getattr(options, name, None)]
    looks = bool(given) and not (given == ["report"] and options.report_after_run)
    return None if looks or options.nolock else options


def claim_folder(
    workflow: Any, results: Path, config: ExecutionConfig, gpus: int, say: Say
) -> None:
    """Make sure that this run is alone in its folder; nothing if no job will be started.

    A run that goes on is an error. What a killed run left is cleared away: its jobs that still run,
    here or in SLURM, and its locks. Results that are dated ahead are dated back. If so configured,
    GPUs that the site has not are left out. ``gpus``: the most that a job asks for by the config.

    Raises
    ------
    ExecutionError : another run goes on, or jobs of a killed one do not end
    """
    options = options_of_run(workflow, sys.argv)
    if options is None:
        return
    if options.executor == EXECUTOR:
        check_scheduler()
        if gpus and config.gpu_fallback:
            leave_out_absent_gpus(gpus, say)
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
    date_back(results, start_of_run(folder) or time.time(), say)


def check_folders(outputs: Iterable[object]) -> None:
    """Refuse to begin if somebody has put files into a folder that a job is about to replace.

    Snakemake removes the outputs of a job, folders whole, before it starts the job.

    Raises
    ------
    ExecutionError : with all such files
    """
    found = [
        str(folder / name)
        for folder in map(Path, map(str, outputs))
        if (folder / MARK).is_file()
        for name in foreign_files(folder)
        if name != OF_SNAKEMAKE
    ]
    if found:
        raise ExecutionError(
            f"{', '.join(found)}: not made by a run, and in a folder that a job is about to "
            "replace; move what you want to keep, remove what not, and start again"
        )


def lift_default_rate(workflow: Any) -> None:
    """Let jobs start as they become ready, unless the command limits how many may in a time.

    With a limit, Snakemake 9.27 looks for jobs again a second after each time it looked, and once
    more for each job that ended: after N jobs N times a second, until it takes a core for itself.
    Its default, 100 jobs a second, is more than it reaches.
    """
    limiter = workflow.scheduler.job_rate_limiter
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == DEFAULT_RATE:
        workflow.scheduler.job_rate_limiter = None
