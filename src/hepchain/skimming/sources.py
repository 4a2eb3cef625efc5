"""Which ntuple is which part of a sample."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from glob import glob
from pathlib import Path

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


def resolve_files(sample: str, patterns: Sequence[str], results: str | None = None) -> list[str]:
    """Files of a sample, sorted by name, each once.

    ``patterns`` are paths or globs (``**`` spans directories); nothing is taken of ``results``, the
    folder that a run writes to: a rule might take a file there for its own output.

    Raises
    ------
    ConfigError : a pattern matches no file, or one in ``results``
    """
    matches = {pattern: glob(pattern, recursive=True) for pattern in patterns}
    empty = [pattern for pattern, found in matches.items() if not found]
    if empty:
        raise ConfigError(
            f"samples.{sample}.files: no file matches {', '.join(empty)}; "
            "paths are relative to the directory in which snakemake runs"
        )
    files = sorted({path for found in matches.values() for path in found})
    inside = [path for path in files if results is not None and _is_in(path, results)]
    if inside:
        raise ConfigError(
            f"samples.{sample}.files: {inside[0]} is in {results}/, where a run removes and "
            "replaces files; move it, or take the files of a run in another folder"
        )
    return files


def _is_in(path: str, folder: str) -> bool:
    """Whether a file is in a folder, by its name or by what links there."""
    by_name = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))
    return by_name or Path(path).resolve().is_relative_to(Path(folder).resolve())
