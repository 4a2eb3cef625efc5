"""What a run shows, on a terminal and in a log."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from hepchain.execution import screen
from hepchain.execution.screen import LogHandler
from snakemake_logger_plugin_hepchain import LogHandlerSettings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def handler(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **settings: bool) -> LogHandler:
    common = dict.fromkeys(("dryrun", "stdout", "verbose", "printshellcmds", "nocolor"), False)
    monkeypatch.setattr("sys.stdout" if settings.get("stdout") else "sys.stderr", stream)
    options = LogHandlerSettings(headers=settings.pop("headers", False))
    made = LogHandler(SimpleNamespace(**common | settings), options)  # type: ignore[arg-type]
    made.setFormatter(logging.Formatter("%(message)s"))
    return made


def record(event: LogEvent | None, message: str = "", **more: Any) -> logging.LogRecord:
    level = more.pop("level", logging.INFO)
    made = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    made.__dict__.update(more, event=event)
    return made


def run(shown: LogHandler, log: Path) -> None:
    """Two jobs, of which the second fails, and what Snakemake says besides."""
    shown.emit(record(LogEvent.RUN_INFO, "Job stats:\n...", stats={"a": 1, "b": 1, "total": 2}))
    shown.emit(record(None, "Select jobs to execute..."))
    for job, rule in enumerate("ab"):
        said = {"rule_name": rule, "rule_msg": f"Making {rule}", "reason": "Missing output files"}
        shown.emit(record(LogEvent.JOB_INFO, "Rule", jobid=job, **said))
    shown.emit(record(LogEvent.JOB_FINISHED, "Finished", job_id=0))
    shown.emit(record(None, "the disk is nearly full", level=logging.WARNING))
    failed = {"jobid": 1, "rule_name": "b", "log": [str(log)]}
    shown.emit(record(LogEvent.JOB_ERROR, "Error", level=logging.ERROR, **failed))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "b.log"
    path.write_text("".join(f"line {number}\n" for number in range(40)))
    return path


def test_a_log_has_a_line_a_job(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    stream = io.StringIO()
    run(handler(monkeypatch, stream), log)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "2 jobs of 2 rules to run"
    assert lines[1].startswith("1/2 ")
    assert lines[1].endswith("Making a (0 s)")
    assert lines[2] == "the disk is nearly full"
    assert lines[3] == "failed: b (Making b)"
    assert lines[4] == f"  the end of {log}:"
    assert [line.strip() for line in lines[5:]] == [f"line {number}" for number in range(25, 40)]


def test_a_terminal_has_one_line_that_is_written_over(
    monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    stream = Terminal()
    monkeypatch.setattr("shutil.get_terminal_size", lambda: SimpleNamespace(columns=40))
    shown = handler(monkeypatch, stream)
    run(shown, log)
    shown.close()
    kept = [line.rpartition("\x1b[K")[2] for line in stream.getvalue().split("\n")]
    assert "Making a (0 s)" not in stream.getvalue()
    assert kept[1] == "\x1b[33mthe disk is nearly full\x1b[0m"
    assert kept[2] == "\x1b[31mfailed: b (Making b)"
    live = [line for line in stream.getvalue().split("\x1b[K")[1:] if "/2 " in line]
    assert live
    assert all(len(line.split("\r")[0]) < 40 for line in live)


def test_a_plan_says_why(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    stream = io.StringIO()
    shown = handler(monkeypatch, stream, dryrun=True, stdout=True)
    stats = {"a": 1, "b": 1, "total": 2}
    shown.emit(record(LogEvent.RUN_INFO, "Job stats: 2", stats=stats))
    for job in (0, 1):
        said = {"rule_name": "a", "rule_msg": None, "reason": "Missing output files: x"}
        shown.emit(record(LogEvent.JOB_INFO, "Rule", jobid=job, **said))
    shown.emit(record(LogEvent.RUN_INFO, "Job stats: 2", stats=stats))
    expected = ["Job stats: 2", "Why:", "  results that are not there: 2 jobs (a)"]
    assert stream.getvalue().splitlines() == expected


def test_all_that_snakemake_says_where_asked_for(
    monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    stream = io.StringIO()
    run(handler(monkeypatch, stream, headers=True), log)
    assert "Select jobs to execute..." in stream.getvalue()
    assert stream.getvalue().count("Rule") == 2


def test_a_mistake_in_showing_does_not_end_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = handler(monkeypatch, io.StringIO())
    told: list[logging.LogRecord] = []
    monkeypatch.setattr(shown, "handleError", told.append)
    shown.emit(record(LogEvent.RUN_INFO, "no numbers"))
    assert len(told) == 1


def test_snakemake_finds_it_by_name() -> None:
    registry = LoggerPluginRegistry()
    registry.collect_plugins()
    plugin = registry.get_plugin("hepchain")
    assert getattr(plugin, "log_handler") is screen.LogHandler  # noqa: B009
