"""Seconds that one job of each rule takes, for the time left that a run shows.

    python benchmarks/seconds.py soft_electrons

From a finished run of the default configuration to ``workflow/chains/{chain}/seconds.json``.
Processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path
from statistics import mean

from hepchain.io.structured import write_json

ROOT = Path(__file__).parents[1]


def seconds_by_rule(benchmarks: Path) -> dict[str, float]:
    """Rule -> mean processor time [s] of its jobs, by the files that Snakemake writes of each."""
    found: dict[str, list[float]] = defaultdict(list)
    for path in sorted(benchmarks.rglob("*.tsv")):
        with path.open(newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        rule = path.relative_to(benchmarks).with_suffix("").parts[0]
        found[rule].append(float(row["cpu_time"]))
    return {rule: round(mean(values), 1) for rule, values in sorted(found.items())}


def main() -> None:
    """Read the benchmarks of a chain, write its seconds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chain", help="a chain whose default run is finished in results/")
    chain = parser.parse_args().chain
    found = seconds_by_rule(ROOT / "results" / chain / "benchmarks")
    if not found:
        parser.error(f"results/{chain}/benchmarks: no benchmarks; run `snakemake {chain}` first")
    write_json(ROOT / "workflow/chains" / chain / "seconds.json", found)


if __name__ == "__main__":
    main()
