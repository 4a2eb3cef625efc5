"""What the jobs of a run have used, from its benchmarks and logs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hepchain.errors import InputError
from hepchain.execution.usage import Usage


@dataclass(frozen=True)
class Measurement:
    """A job that has ended.

    Attributes
    ----------
    rule, name : the job; ``name`` is that of its benchmark, of its wildcards
    seconds : from its start to its end, the start of Python included
    ended : when, in seconds since 1970
    cpu_seconds, memory_mb : of the process itself, or else as Snakemake sampled them (an
        underestimate); None if it was too short for that
    usage : what the job said of itself; None in runs of versions that said nothing
    """

    rule: str
    name: str
    seconds: float
    ended: float
    cpu_seconds: float | None
    memory_mb: float | None
    usage: Usage | None


def read_measurements(results: str | Path) -> list[Measurement]:
    """Measurements of all jobs of a run, by rule and name.

    Parameters
    ----------
    results : folder with ``benchmarks`` and ``logs``

    Raises
    ------
    InputError : no benchmarks there, or one is unreadable
    """
    folder = Path(results) / "benchmarks"
    files = sorted(folder.rglob("*.tsv"))
    if not files:
        raise InputError(
            f"{folder}: no benchmarks; name the results of a run, for instance `results`"
        )
    return [_measurement(file, file.relative_to(folder), Path(results)) for file in files]


def _measurement(file: Path, place: Path, results: Path) -> Measurement:
    try:
        with file.open(newline="") as opened:
            row = next(csv.DictReader(opened, delimiter="\t"))
        seconds = float(row["s"])
        sampled = (_number(row.get("cpu_time")), _number(row.get("max_rss")))
    except (StopIteration, KeyError, ValueError) as error:
        raise InputError(f"{file}: not a benchmark of Snakemake; remove it") from error
    log = results / "logs" / place.with_suffix(".log")
    usage = Usage.in_log(log.read_text(errors="replace")) if log.is_file() else None
    return Measurement(
        rule=place.parts[0].removesuffix(".tsv"),
        name=place.stem,
        seconds=seconds,
        ended=file.stat().st_mtime,
        cpu_seconds=usage.cpu_seconds if usage else sampled[0],
        memory_mb=usage.memory_mb if usage else sampled[1],
        usage=usage,
    )


def _number(text: str | None) -> float | None:
    """A number of a benchmark; None where Snakemake has none (``NA``, ``-``)."""
    return None if text in (None, "NA", "-") else float(text)


def span(jobs: Sequence[Measurement]) -> float:
    """Time from the start of the first job to the end of the last [s]; of one run, uncopied."""
    return max(job.ended for job in jobs) - min(job.ended - job.seconds for job in jobs)


def by_rule(jobs: Iterable[Measurement]) -> dict[str, list[Measurement]]:
    """Rule -> its jobs."""
    found: dict[str, list[Measurement]] = {}
    for job in jobs:
        found.setdefault(job.rule, []).append(job)
    return found
