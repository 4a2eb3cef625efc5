"""Parallel efficiency: the same run on one core and on several.

    snakemake --cores 1; mv results one_core; snakemake --cores 2
    python benchmarks/parallel_efficiency.py one_core results --cores 2

Time from the start of the first job to the end of the last, as the benchmarks have it, so both runs
must have gone through without a break on an otherwise idle machine, and must not have been copied.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd


def jobs_of(results: str) -> pd.DataFrame:
    """Job -> its seconds and when it ended [s since 1970]."""
    files = [path for path in Path(results).rglob("*.tsv") if "benchmarks" in path.parts]
    return pd.DataFrame(
        {
            "seconds": [pd.read_csv(file, sep="\t")["s"].iloc[0] for file in files],
            "ended": [file.stat().st_mtime for file in files],
        },
        index=[str(file.relative_to(results)) for file in files],
    )


def span(jobs: pd.DataFrame) -> float:
    """Time from the start of the first job to the end of the last [s]."""
    return float(jobs["ended"].max() - (jobs["ended"] - jobs["seconds"]).min())


def described(jobs: pd.DataFrame) -> str:
    """Time of a run, and how many jobs ran at a time."""
    at_a_time = jobs["seconds"].sum() / span(jobs)
    return f"{len(jobs)} jobs in {span(jobs):.0f} s, {at_a_time:.2f} at a time"


def main() -> None:
    """Print both times and the efficiency."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("one", help="results of the run on one core")
    parser.add_argument("several", help="results of the run on several")
    parser.add_argument("--cores", type=int, default=2, help="of the second run, default: 2")
    options = parser.parse_args()
    one, several = jobs_of(options.one), jobs_of(options.several)
    if set(one.index) != set(several.index):
        parser.error("the two runs have other jobs; compare runs of one configuration")
    print(f"1 core:  {described(one)}\n{options.cores} cores: {described(several)}")
    print(f"parallel efficiency: {span(one) / (options.cores * span(several)):.1%}")


if __name__ == "__main__":
    main()
