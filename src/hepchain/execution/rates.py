"""How long jobs take and what they leave, as fitted to jobs that were measured.

Time and size of each output of a job are straight lines in its size: an overhead and a
rate, neither negative. There is a line for each rule and kind of job (sample, tagger, category),
and where none of that kind was measured, one for the nearest kind.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from hepchain import __version__
from hepchain.errors import InputError
from hepchain.execution.benchmarks import read_measurements
from hepchain.io.structured import read_json, write_json
from hepchain.variations import base_of

DEFAULT_RATES = "config/rates.json"
SAME_JOBS = ("part", "fold", "point")
"""Wildcards that only number jobs of one kind."""

LEVER_ARM = 1.5
"""Sizes that differ by less than this factor tell no overhead from a rate."""

Kind = tuple[tuple[str, str], ...]


def kind_of(wildcards: Mapping[str, str]) -> Kind:
    """What decides about the speed of a job besides its rule.

    >>> kind_of({"sample": "wenu_jets@noise_up", "part": "3"})
    (('sample', 'wenu_jets'),)
    """
    kept = {name: base_of(value) for name, value in wildcards.items() if name not in SAME_JOBS}
    return tuple(sorted(kept.items()))


@dataclass(frozen=True)
class Line:
    """``overhead + rate x size``."""

    overhead: float
    rate: float

    def at(self, size: float) -> float:
        """Value at a size."""
        return self.overhead + self.rate * size

    @classmethod
    def fit(cls, sizes: Sequence[float], values: Sequence[float], overhead: float = 0.0) -> Self:
        """Least squares with overhead and rate of zero or more.

        Where the sizes differ too little, ``overhead`` is taken for it, if the values allow.
        """
        x, y = np.asarray(sizes, dtype=float), np.asarray(values, dtype=float)
        if x.max() <= 0.0:
            return cls(float(y.mean()), 0.0)
        if x.max() < LEVER_ARM * x.min():
            overhead = min(overhead, float(y.min()))
            return cls(overhead, float((y - overhead).mean() / x.mean()))
        rate = float(np.cov(x, y, bias=True)[0, 1] / x.var())
        if rate <= 0.0:
            return cls(float(y.mean()), 0.0)
        start = float(y.mean() - rate * x.mean())
        if start < 0.0:
            return cls(0.0, float((x * y).sum() / (x**2).sum()))
        return cls(start, rate)


@dataclass(frozen=True)
class MeasuredJob:
    """A job of a run from which rates are made; units as in :class:`hepchain.execution.Usage`."""

    rule: str
    wildcards: dict[str, str]
    work: float
    seconds: float
    output_mb: dict[str, float]


@dataclass(frozen=True)
class Expected:
    """What a job of a size is expected to take: s, MB of each output by name."""

    seconds: float
    output_mb: dict[str, float]


class _Lines:
    """Lines of jobs of one kind; those of a wider one say what part is overhead."""

    seconds: Line
    outputs: dict[str, Line]

    def __init__(self, jobs: Sequence[MeasuredJob], wider: _Lines | None) -> None:
        work = [job.work for job in jobs]
        start = wider.seconds.overhead if wider else 0.0
        self.seconds = Line.fit(work, [job.seconds for job in jobs], start)
        self.outputs = {
            name: _fit_output(jobs, name) for name in {key for job in jobs for key in job.output_mb}
        }

    def at(self, work: float) -> Expected:
        return Expected(
            self.seconds.at(work),
            {name: line.at(work) for name, line in self.outputs.items()},
        )


def _fit_output(jobs: Sequence[MeasuredJob], name: str) -> Line:
    having = [job for job in jobs if name in job.output_mb]
    return Line.fit([job.work for job in having], [job.output_mb[name] for job in having])


@dataclass(frozen=True)
class Rates:
    """Measured jobs and where they come from, one sentence a run."""

    jobs: Sequence[MeasuredJob]
    origin: Sequence[str]

    def expected(self, rule: str, wildcards: Mapping[str, str], work: float) -> Expected | None:
        """What a job is expected to take; None if no job of its rule was measured."""
        for kind in _widening(kind_of(wildcards)):
            if (rule, kind) in self._lines:
                return self._lines[rule, kind].at(work)
        return None

    @cached_property
    def _lines(self) -> dict[tuple[str, Kind], _Lines]:
        grouped: dict[tuple[str, Kind], list[MeasuredJob]] = {}
        for job in self.jobs:
            for kind in _widening(kind_of(job.wildcards)):
                grouped.setdefault((job.rule, kind), []).append(job)
        lines: dict[tuple[str, Kind], _Lines] = {}
        for (rule, kind), jobs in sorted(grouped.items(), key=lambda item: len(item[0][1])):
            wider = (lines.get((rule, item)) for item in _widening(kind)[1:])
            lines[rule, kind] = _Lines(jobs, next((item for item in wider if item), None))
        return lines

    def write(self, path: str | Path) -> None:
        """Write them for plans elsewhere."""
        write_json(path, {"origin": list(self.origin), "jobs": [asdict(job) for job in self.jobs]})

    @classmethod
    def read(cls, source: str | Path, config: Sequence[str] = ()) -> Self:
        """Rates from a file that :meth:`write` has written, or the results of a run.

        Raises
        ------
        InputError : neither is there, or the jobs of the run did not say what they used
        """
        if Path(source).is_dir():
            return cls.measure(source, config)
        content = read_json(source)
        try:
            return cls([MeasuredJob(**job) for job in content["jobs"]], content["origin"])
        except (KeyError, TypeError) as error:
            raise InputError(
                f"{source}: not a file of rates; make one with `hepchain plan --write-rates`"
            ) from error

    @classmethod
    def measure(cls, results: str | Path, config: Sequence[str] = ()) -> Self:
        """Rates from the benchmarks and logs of a run, with these config files."""
        measured = read_measurements(results)
        jobs = [
            MeasuredJob(
                rule=job.rule,
                wildcards=job.usage.wildcards,
                work=job.usage.work,
                seconds=job.seconds,
                output_mb=job.usage.output_mb,
            )
            for job in measured
            if job.usage
        ]
        if not jobs:
            raise InputError(
                f"{results}: the logs do not say what the jobs used; run again with this version"
            )
        date = datetime.fromtimestamp(max(job.ended for job in measured), UTC).date()
        words = [f"{len(jobs)} jobs of {' + '.join(config) or str(results)}", date.isoformat()]
        return cls(jobs, [", ".join([*words, machine(), f"hepchain {__version__}"])])

    @classmethod
    def merged(cls, several: Iterable[Self]) -> Self:
        """All of these together."""
        several = list(several)
        return cls(
            [job for rates in several for job in rates.jobs],
            [line for rates in several for line in rates.origin],
        )


def _widening(kind: Kind) -> list[Kind]:
    """A kind, each of its parts alone, and the kind of all jobs of a rule.

    >>> _widening((("category", "trt"), ("tagger", "keras")))
    [(('category', 'trt'), ('tagger', 'keras')), (('tagger', 'keras'),), ()]
    """
    taggers = tuple(item for item in kind if item[0] == "tagger")
    return list(dict.fromkeys([kind, taggers, ()]))


def machine() -> str:
    """This machine in a few words: processor and number of its cores."""
    names: dict[str, Any] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        names.setdefault(name.strip(), value.strip())
    return f"{names.get('model name') or platform.machine()}, {os.cpu_count()} cores"
