"""Which ntuples a sample consists of, and which of them are read together."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from glob import glob
from pathlib import Path

from hepchain.errors import ConfigError
from hepchain.skimming.addresses import is_address, require_supported

MOST_PARTS = 500
"""Jobs of a sample, of one stage, unless the configuration says how many files each has. Snakemake
takes some milliseconds to resolve a job, and a cluster seconds to start it."""

PATTERN = "*?["
"""Characters that make a pattern of a path that does not exist."""


def parts_of(files: Sequence[str], files_per_part: int | None) -> list[list[str]]:
    """The files of each part of a sample, in order.

    >>> parts_of(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    number = files_per_part or math.ceil(len(files) / MOST_PARTS)
    return [list(files[start : start + number]) for start in range(0, len(files), number)]


def resolve_files(sample: str, entries: Sequence[str], results: str | None = None) -> list[str]:
    """Files of a sample, each once: sorted by name, those that Snakemake cannot name last.

    ``entries`` are paths, patterns (``**`` spans directories), addresses, and text files that list
    such (``@list`` or ``list.txt``). Nothing is taken of ``results``, the folder that a run writes
    to: a rule might take a file there for its own output.

    Raises
    ------
    ConfigError : an entry matches no file, or one in ``results``; a list is missing or empty; an
        address is of a kind that is not read
    """
    where = f"samples.{sample}.files"
    try:
        matches = {entry: matching(entry) for entry in listed(entries)}
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    empty = [entry for entry, found in matches.items() if not found]
    if empty:
        raise ConfigError(
            f"{where}: no file matches {', '.join(empty)}; "
            "paths are relative to the directory in which snakemake runs"
        )
    paths = {path for found in matches.values() for path in found}
    files = sorted(paths, key=lambda path: (not is_input(path), path))
    inside = [path for path in files if results is not None and _is_in(path, results)]
    if inside:
        raise ConfigError(
            f"{where}: {inside[0]} is in {results}/, where a run removes and "
            "replaces files; move it, or take the files of a run in another folder"
        )
    return files


def named_files(entries: Sequence[str]) -> list[str]:
    """Files that entries stand for, as in :func:`resolve_files`, each once and in their order.

    What matches nothing is kept: who opens it tells why it cannot be read.

    Raises
    ------
    ConfigError : a list is missing or empty
    """
    found: dict[str, None] = {}
    for entry in listed(entries):
        try:
            files = matching(entry)
        except ConfigError:
            files = []
        found |= dict.fromkeys(files or [entry])
    return list(found)


def listed(entries: Iterable[str]) -> list[str]:
    """The entries, with what text files list in place of these; each once.

    A list has a path, a pattern or an address a line; empty lines and those that begin with ``#``
    say nothing.

    Raises
    ------
    ConfigError : a list is missing, unreadable or empty
    """
    found: dict[str, None] = {}
    for entry in entries:
        is_list = entry.startswith("@") or (entry.endswith(".txt") and not is_address(entry))
        found |= dict.fromkeys(_lines(entry.removeprefix("@")) if is_list else [entry])
    return list(found)


def _lines(path: str) -> list[str]:
    try:
        text = Path(os.path.expanduser(path)).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: a list of files is text, this is not") from error
    except OSError as error:
        raise ConfigError(f"{path}: no list of files can be read ({error.strerror})") from error
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise ConfigError(f"{path}: lists no file")
    return lines


def matching(entry: str) -> list[str]:
    """Files that a path, a pattern or an address stands for; none if there are none.

    What exists under this very name is that, whatever brackets, stars and braces are in it.

    Raises
    ------
    ConfigError : an address is of a kind that is not read, or a pattern
    """
    if is_address(entry):
        require_supported(entry, ConfigError)
        return [entry]
    path = os.path.expanduser(entry)
    if os.path.exists(path):
        return [path]
    if not any(character in path for character in PATTERN):
        return []
    folder, pattern = _fixed_part(path)
    return [str(folder / found) for found in glob(pattern, root_dir=folder, recursive=True)]


def _fixed_part(path: str) -> tuple[Path, str]:
    """The folder in which a pattern begins, which exists under its name, and the rest."""
    parts, folder = Path(path).parts, Path()
    for number, part in enumerate(parts):
        if not (folder / part).is_dir():
            return folder, os.path.join(*parts[number:])
        folder /= part
    return folder, ""


def is_input(path: str) -> bool:
    """Whether Snakemake can have it as an input: no address, and no name that has wildcards."""
    return not is_address(path) and "{" not in path


def _is_in(path: str, folder: str) -> bool:
    """Whether a file is in a folder, by its name or by what links there."""
    if is_address(path):
        return False
    by_name = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))
    return by_name or Path(path).resolve().is_relative_to(Path(folder).resolve())
