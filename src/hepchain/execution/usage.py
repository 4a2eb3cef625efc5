"""What a job used, said in one line of its log when it ends.

The benchmarks of Snakemake are samples, every half second at first and every 30 seconds later, so
that they miss the peak of a short job. A process knows its own peak.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000


def usage_of(snakemake: Any) -> str:
    """What this process has used beside what its job asked for, in words."""
    asked = snakemake.resources.get("mem_mb")
    of_asked = "" if asked is None else f" of {asked} MB asked for"
    return (
        f"used: {time.process_time():.1f} s of CPU time on {snakemake.threads} core(s), "
        f"memory {peak_memory_mb():.0f} MB{of_asked}"
    )


def size_mb(path: str) -> float:
    """Size of a file, or of all files in a directory [MB]; 0 if there is none."""
    place = Path(path)
    if place.is_dir():
        return sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / MEGABYTE
    return place.stat().st_size / MEGABYTE if place.exists() else 0.0


def peak_memory_mb() -> float:
    """Peak of this process' resident memory [MB].

    From ``VmHWM`` of proc(5); ``ru_maxrss`` would also know of the process it was forked from.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    return 0.0
