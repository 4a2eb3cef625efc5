"""What a run shows: one line that is written over on a terminal, a line a job in a log.

A logger plugin of Snakemake (:mod:`snakemake_logger_plugin_hepchain`). The log file below
``.snakemake/log`` has all that Snakemake says, whatever is shown here.
"""

from __future__ import annotations

import logging
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from hepchain.execution.pace import Pace, weights
from hepchain.execution.progress import end_of
from hepchain.execution.reasons import Reasons
from hepchain.terminal import CLEAR, clock, counted

LAST_LINES = 15
"""Of the log of a failed job; its path is shown, too."""
CONFIGURATION = "configuration"
"""Event with which the workflow tells its ``configuration``."""
SAID_ELSEWHERE = (
    "Assuming unrestricted shared filesystem usage",
    "Building DAG of jobs",
    "Complete log(s)",
    "Elapsed time",
    "Execute ",
    "Group jobs: inactive",
    "Job stats:",
    "Reasons:",
    "Rules with provenance triggered jobs",
    "Select jobs to execute",
    "Some jobs were triggered by provenance",
    "This was a dry-run",
    "Using shell",
    "host: ",
)
"""Beginnings of what Snakemake informs about without an event, and nobody can use here."""
PARTS = ("is extended by additional config", "has been submitted with SLURM jobid")
"""Parts of the same: of each base file where one is given besides, of each job."""
OF_JOBS = {
    LogEvent.WORKFLOW_STARTED,
    LogEvent.RUN_INFO,
    LogEvent.RESOURCES_INFO,
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.JOB_ERROR,
    LogEvent.GROUP_INFO,
    LogEvent.SHELLCMD,
    LogEvent.PROGRESS,
    LogEvent.RULEGRAPH,
}
COLOURS = {logging.WARNING: "\x1b[33m", logging.ERROR: "\x1b[31m", logging.CRITICAL: "\x1b[31m"}
PLAIN = "\x1b[0m"


@dataclass(frozen=True)
class RunningJob:
    """A job that has been started: its rule, what it says of itself, when."""

    rule: str
    message: str
    start: float


class LogHandler(LogHandlerBase):
    """Shows a run."""

    def __post_init__(self) -> None:
        """Nothing is shown yet."""
        self.stream: TextIO = sys.stdout if self.common_settings.stdout else sys.stderr
        self.planned = bool(self.common_settings.dryrun)
        asked = getattr(self.settings, "headers", False)
        common = self.common_settings
        self.headers = bool(asked or common.verbose or common.printshellcmds)
        self.live = self.stream.isatty() and not self.planned
        self.coloured = self.stream.isatty() and not self.common_settings.nocolor
        self.pace, self.reasons = Pace(), Reasons()
        self.running: dict[int, RunningJob] = {}
        self.start: float | None = None
        self._open = False

    writes_to_stream = True
    writes_to_file = False
    has_filter = False
    has_formatter = False
    needs_rulegraph = False

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record, or what it changes."""
        try:
            event = getattr(record, "event", None)
            show = getattr(self, f"_on_{event}", None)
            if self.headers:
                self._write(self.format(record))
            elif show is not None:
                show(record)
            elif event not in OF_JOBS:
                self._say(record)
        except BrokenPipeError:
            raise
        except Exception:  # A mistake here must not end a run.
            self.handleError(record)

    def close(self) -> None:
        """End the line that is written over."""
        if self._open:
            self._write("")
        super().close()

    def _say(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if not text or text == "None":
            return
        known = text.lstrip().startswith(SAID_ELSEWHERE) or any(part in text for part in PARTS)
        if record.levelno < logging.WARNING and known:
            return
        self._write(text, COLOURS.get(record.levelno, ""))

    def _on_workflow_started(self, record: Any) -> None:
        self.pace.expected = weights(Path(record.snakefile_main).parent / "workflow")

    def _on_configuration(self, record: Any) -> None:
        self.reasons.configuration = record.configuration

    def _on_run_info(self, record: Any) -> None:
        if self.pace.totals and self.planned:  # Snakemake says it again at the end of a dry run.
            self._write(self.reasons.text())
            return
        self.pace.totals = {rule: n for rule, n in record.stats.items() if rule != "total"}
        if self.planned:
            self._write(record.getMessage())
        else:
            jobs, rules = counted(self.pace.jobs, "job"), counted(len(self.pace.totals), "rule")
            self._write(f"{jobs} of {rules} to run")

    def _on_job_info(self, record: Any) -> None:
        if self.planned:
            self.reasons.add(record.rule_name, record.reason)
            return
        self.start = self.start or time.monotonic()
        message = record.rule_msg or record.rule_name
        self.running[record.jobid] = RunningJob(record.rule_name, message, time.monotonic())
        self._refresh()

    def _on_job_finished(self, record: Any) -> None:
        job = self.running.pop(record.job_id, None)
        if job is None:
            return
        seconds = time.monotonic() - job.start
        self.pace.finished(job.rule, seconds)
        if not self.live:
            self._write(f"{self._state()}  {job.message} ({clock(seconds)})")
        self._refresh()

    def _on_job_error(self, record: Any) -> None:
        job = self.running.pop(record.jobid, None)
        said = f" ({job.message})" if job else ""
        lines = [f"failed: {record.rule_name}{said}"]
        for path in record.log:
            last = end_of(Path(path)).splitlines()[-LAST_LINES:]
            lines += [f"  the end of {path}:", *(f"    {line}" for line in last)]
        self._write("\n".join(lines), COLOURS[logging.ERROR])
        self._refresh()

    def _state(self) -> str:
        done, jobs = self.pace.done.total(), self.pace.jobs
        elapsed = time.monotonic() - (self.start or time.monotonic())
        left = self.pace.left(elapsed)
        ahead = "" if left is None or done >= jobs else f", {clock(left)} left"
        return f"{done:{len(str(jobs))}}/{jobs} {self.pace.share():4.0%} {clock(elapsed)}{ahead}"

    def _refresh(self) -> None:
        """Write the line of a terminal over."""
        if not self.live:
            return
        at_work = "; ".join(job.message for job in self.running.values())
        text = f"{self._state()}  {at_work}"
        width = shutil.get_terminal_size().columns - 1
        self.stream.write(CLEAR + (text if len(text) <= width else f"{text[: width - 1]}…"))
        self.stream.flush()
        self._open = True

    def _write(self, text: str, colour: str = "") -> None:
        start = CLEAR if self._open else ""
        if colour and self.coloured:
            text = f"{colour}{text}{PLAIN}"
        self.stream.write(f"{start}{text}\n" if text or not self._open else "\n")
        self.stream.flush()
        self._open = False
