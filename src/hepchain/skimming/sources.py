"""Which ntuple is which part of a sample."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob

from hepchain.errors import ConfigError


def resolve_files(sample: str, patterns: Sequence[str]) -> list[str]:
    """Files of a sample, sorted by name, each once; the position of a file is its part.

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
