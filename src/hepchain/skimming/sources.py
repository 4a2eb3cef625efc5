"""Which ntuple is which part of a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from glob import glob

from hepchain.errors import ConfigError

MOST_PARTS = 500
"""Jobs of a sample, of one stage, unless the configuration says how many files each has. Snakemake
takes some milliseconds to resolve a job, and a cluster seconds to start it."""


def parts_of(files: Sequence[str], files_per_part: int | None) -> list[list[str]]:
    """The files of each part of a sample, in order.

    >>> parts_of(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    number = files_per_part or math.ceil(len(files) / MOST_PARTS)
    return [list(files[start : start + number]) for start in range(0, len(files), number)]


def resolve_files(sample: str, patterns: Sequence[str]) -> list[str]:
    """Files of a sample, sorted by name, each once.

    Parameters
    ----------
    sample : name of the sample, for messages
    patterns : paths or glob patterns (``**`` spans directories)

    Raises
    ------
    ConfigError : a pattern matches no file
    """
    matches = {pattern: glob(pattern, recursive=True) for pattern in patterns}
    empty = [pattern for pattern, found in matches.items() if not found]
    if empty:
        raise ConfigError(
            f"samples.{sample}.files: no file matches {', '.join(empty)}; "
            "paths are relative to the directory in which snakemake runs"
        )
    return sorted({path for found in matches.values() for path in found})
