"""Parallel efficiency: the same run on one core and on several.

    snakemake --cores 1; mv results one_core; snakemake --cores 2
    python benchmarks/parallel_efficiency.py one_core results --cores 2

Time from the start of the first job to the end of the last, as the benchmarks have it, so both runs
must have gone through without a break on an otherwise idle machine, and must not have been copied.
"""

from __future__ import annotations

import argparse

from hepchain.execution.benchmarks import Measurement, read_measurements, span
from hepchain.execution.columns import duration


def described(jobs: list[Measurement]) -> str:
    """Time of a run, and how many jobs ran at a time."""
    busy = sum(job.seconds for job in jobs)
    return f"{len(jobs)} jobs in {duration(span(jobs))}, {busy / span(jobs):.2f} at a time"


def main() -> None:
    """Print both times and the efficiency."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("one", help="results of the run on one core")
    parser.add_argument("several", help="results of the run on several")
    parser.add_argument("--cores", type=int, default=2, help="of the second run, default: 2")
    options = parser.parse_args()
    one, several = read_measurements(options.one), read_measurements(options.several)
    if {(job.rule, job.name) for job in one} != {(job.rule, job.name) for job in several}:
        parser.error("the two runs have other jobs; compare runs of one configuration")
    print(f"1 core:  {described(one)}\n{options.cores} cores: {described(several)}")
    print(f"parallel efficiency: {span(one) / (options.cores * span(several)):.1%}")


if __name__ == "__main__":
    main()
