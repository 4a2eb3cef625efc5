"""How far a run is and what failed, from the log that Snakemake writes of each run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hepchain.errors import InputError
from hepchain.terminal import clock, counted

LOGS = Path(".snakemake/log")
CLOCK = re.compile(r"^\[(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})\]")
TOTAL = re.compile(r"^(\w+) +(\d+)$")
STARTED = re.compile(r"^(?:Job (\d+): |    jobid: (\d+)$)")
FINISHED = re.compile(r"^Finished jobid: (\d+) \(Rule: (\w+)\)")
FAILED = re.compile(r"^Error in rule (\w+):")
FIELD = re.compile(r"^    (\w+): (.*)$")
AGAIN = re.compile(r"^Trying to restart job (\d+)\.")
FENCE = "=" * 80
REASONS = {
    "DUE TO TIME LIMIT": "the time limit was reached (`runtime` of the rule)",
    "exceeded memory limit": "the memory limit was exceeded (`mem_mb` of the rule)",
    "oom-kill": "the memory limit was exceeded (`mem_mb` of the rule)",
    "oom_kill": "the memory limit was exceeded (`mem_mb` of the rule)",
    "DUE TO NODE FAILURE": "the node failed",
    "No space left on device": "the disk is full",
}
"""What SLURM or the system says in a log, and what it means."""
LAST_BYTES = 20_000


@dataclass(frozen=True)
class Failure:
    """A job that failed: its rule, number and logs, that of the stage first."""

    rule: str
    job: int
    logs: tuple[Path, ...]


@dataclass
class Progress:
    """What a log says of a run, by rule."""

    totals: dict[str, int] = field(default_factory=dict)
    finished: Counter[str] = field(default_factory=Counter)
    running: set[int] = field(default_factory=set)
    failures: dict[int, Failure] = field(default_factory=dict)
    retries: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def elapsed(self) -> timedelta:
        """From the first to the last job that started or ended."""
        if self.first is None or self.last is None:
            return timedelta()
        return self.last - self.first


def latest_log(folder: Path) -> Path:
    """The log of the newest run of a folder that got as far as starting jobs.

    Raises
    ------
    InputError : there is none
    """
    for path in sorted((folder / LOGS).glob("*.snakemake.log"), reverse=True):
        if "Job stats:" in path.read_text(errors="replace"):
            return path
    raise InputError(
        f"{folder / LOGS}: no log of a run; give the folder in which snakemake was started"
    )


def read_progress(lines: Iterable[str]) -> Progress:
    """Follow a log of Snakemake from its first line."""
    progress = Progress()
    lines = _outside_of_fences(line.rstrip("\n") for line in lines)
    for line in lines:
        if line == "Job stats:":
            progress.totals = _totals(lines)
        elif match := FAILED.match(line):
            failure = _failure(match[1], lines)
            progress.failures[failure.job] = failure
            progress.running.discard(failure.job)
        else:
            _follow(progress, line)
    return progress


def _outside_of_fences(lines: Iterable[str]) -> Iterator[str]:
    """Without the logs of failed jobs that are shown between two lines of equals signs."""
    inside = False
    for line in lines:
        if line == FENCE:
            inside = not inside
        elif not inside:
            yield line


def _totals(lines: Iterator[str]) -> dict[str, int]:
    """The table of jobs by rule; ends at its last line, `total`."""
    totals = {}
    for line in lines:
        if match := TOTAL.match(line):
            if match[1] == "total":
                break
            totals[match[1]] = int(match[2])
    return totals


def _failure(rule: str, lines: Iterator[str]) -> Failure:
    """The job of an error; its number comes before its logs, if it has any."""
    job, logs = -1, ""
    for line in lines:
        match = FIELD.match(line)
        if match is None:
            break
        if match[1] == "jobid":
            job = int(match[2])
        elif match[1] == "log":
            logs = match[2].removesuffix(" (check log file(s) for error details)")
            break
    return Failure(rule, job, tuple(Path(name) for name in logs.split(", ") if name))


def _follow(progress: Progress, line: str) -> None:
    if match := CLOCK.match(line):
        progress.last = datetime.strptime(match[1], "%a %b %d %H:%M:%S %Y")
        progress.first = progress.first or progress.last
    elif match := STARTED.match(line):
        progress.running.add(int(match[1] or match[2]))
    elif match := FINISHED.match(line):
        progress.finished[match[2]] += 1
        progress.running.discard(int(match[1]))
        progress.failures.pop(int(match[1]), None)
    elif match := AGAIN.match(line):
        progress.retries += 1
        progress.failures.pop(int(match[1]), None)


def reason(logs: Iterable[Path]) -> str:
    """Why a job failed, in a line: the limit it ran into, or the last error in its log."""
    texts = [end_of(path) for path in logs]
    for text in texts:
        for sign, meaning in REASONS.items():
            if sign in text:
                return meaning
    for text in texts:
        errors = [line for line in text.splitlines() if re.search(r"\bERROR\b|Error:", line)]
        if errors:
            return errors[-1].strip()
    return "no error in its log: it was killed, or its node was lost"


def end_of(path: Path) -> str:
    """The last part of a log; empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - LAST_BYTES, 0))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def table(progress: Progress) -> str:
    """Jobs by rule: all, finished, failed; rules of which all or none is done are summed up."""
    failed = Counter(failure.rule for failure in progress.failures.values())
    rows, all_done, none_done = [], Counter[str](), Counter[str]()
    for rule, total in progress.totals.items():
        done = progress.finished[rule]
        if done >= total:
            all_done[rule] = total
        elif done == failed[rule] == 0:
            none_done[rule] = total
        else:
            rows.append((rule, total, done, failed[rule]))
    for text, rules, share in (("all done", all_done, 1), ("none done", none_done, 0)):
        if rules:
            jobs = rules.total()
            rows.append((f"{len(rules)} rules, {text}", jobs, share * jobs, 0))
    width = max((len(row[0]) for row in rows), default=4)
    lines = [f"{'rule':{width}}  {'jobs':>6}  {'done':>6}  {'failed':>6}"]
    lines += [f"{name:{width}}  {a:>6}  {b:>6}  {c or '':>6}".rstrip() for name, a, b, c in rows]
    return "\n".join(lines)


def summary(progress: Progress) -> str:
    """The run in one line."""
    total, done = sum(progress.totals.values()), progress.finished.total()
    parts = [
        f"{done} of {total} jobs done" + (f" ({100 * done // total} %)" if total else ""),
        f"{len(progress.running)} submitted or running",
        f"{len(progress.failures)} failed",
    ]
    if progress.retries:
        parts.append(f"{progress.retries} tried again")
    return ", ".join(parts) + f"; {progress.elapsed} from the first job to the last change"


def failures_text(progress: Progress, folder: Path = Path(), shown: int = 20) -> str:
    """The jobs that failed: rule, why, logs; empty if none did."""
    failures = list(progress.failures.values())
    if not failures:
        return ""
    lines = [f"{len(failures)} job(s) failed:"]
    for failure in failures[:shown]:
        paths = [folder / path for path in failure.logs]
        lines += [f"  {failure.rule}: {reason(paths)}", *(f"    log: {path}" for path in paths)]
    if len(failures) > shown:
        lines.append(f"  and {len(failures) - shown} more; all with `hepchain status --all`")
    return "\n".join(lines)


def closing_words(logs: Sequence[str]) -> str:
    """What somebody wants to know when a run has ended with failed jobs, from its log."""
    if not logs:
        return ""
    with Path(logs[0]).open(errors="replace") as file:
        progress = read_progress(file)
    return "\n".join(filter(None, (failures_text(progress), summary(progress))))


def success_words(folders: Mapping[str, Path], jobs: int, elapsed: timedelta) -> str:
    """What somebody wants to know when a run has ended well: results, reports, what it took.

    Parameters
    ----------
    folders : chain whose report was asked for -> folder of its results
    """
    lines = []
    for chain, folder in folders.items():
        remembered = (folder / "report.txt").read_text(encoding="utf-8").splitlines()
        lines += ["", chain, *(f"  {line}" for line in remembered)]
        lines.append(f"  report: {folder / 'report.html'}")
    return "\n".join([*lines, f"{counted(jobs, 'job')} in {clock(elapsed.total_seconds())}"])
