"""How well `hepchain plan` predicts the time of jobs it has not seen.

    python benchmarks/plan_accuracy.py results --rates smoke/results

Rates are fitted to the runs under `--rates` and to half of the jobs of another run, drawn at
random, and the time of the other half is predicted and compared. Repeated for other halves. Then
the same with jobs of the first part, fold and mass point only, and those without any, for the rest.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence

from hepchain.execution.rates import SAME_JOBS, MeasuredJob, Rates

REPETITIONS = 20


def error(known: Sequence[MeasuredJob], asked: Sequence[MeasuredJob]) -> float:
    """Predicted over measured time of all jobs that are asked for, less 1."""
    rates = Rates(known, [])
    expected = [rates.expected(job.rule, job.wildcards, job.work) for job in asked]
    predicted: float = sum(item.seconds for item in expected if item)
    return predicted / sum(job.seconds for job in asked) - 1.0


def halves(small: Sequence[MeasuredJob], jobs: Sequence[MeasuredJob]) -> list[float]:
    """Errors of the second halves of a run, for several ways to divide it."""
    errors = []
    for seed in range(REPETITIONS):
        drawn = list(jobs)
        random.Random(seed).shuffle(drawn)
        middle = len(drawn) // 2
        errors.append(error([*small, *drawn[:middle]], drawn[middle:]))
    return sorted(errors)


def is_first(job: MeasuredJob, jobs: Sequence[MeasuredJob]) -> bool:
    """Whether it is the first job of its rule by each of the wildcards that number jobs."""
    return all(
        job.wildcards[name]
        == min(other.wildcards[name] for other in jobs if other.rule == job.rule)
        for name in SAME_JOBS
        if name in job.wildcards
    )


def main() -> None:
    """Print the errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", help="results, or a file of rates")
    parser.add_argument("--rates", action="append", default=[], help="smaller runs")
    options = parser.parse_args()
    jobs = Rates.read(options.run).jobs
    small = [job for path in options.rates for job in Rates.read(path).jobs]
    errors = halves(small, jobs)
    print(f"half of {len(jobs)} jobs unseen, {REPETITIONS} times:")
    print(f"  median {errors[len(errors) // 2]:+.0%}, from {errors[0]:+.0%} to {errors[-1]:+.0%}")
    first = [job for job in jobs if is_first(job, jobs)]
    later = [job for job in jobs if job not in first]
    print(f"first parts, folds and points known, {len(later)} jobs unseen: ", end="")
    print(f"{error([*small, *first], later):+.1%}")
    print(f"smaller runs only: {error(small, jobs):+.0%}" if small else "")


if __name__ == "__main__":
    main()
