"""What may be written to: never a file or folder that something else has made."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from hepchain.errors import InputError, OutputError

MARK = ".hepchain.json"
"""In each folder that is written whole: the names of its files."""
OF_SNAKEMAKE = ".snakemake_timestamp"
"""What Snakemake leaves in the folders that its jobs have written."""

Check = Callable[[Path], None]
"""Raises OutputError if a path must not be written to."""


def require_file(path: Path) -> None:
    """Refuse what is no regular file, so that no folder, link or device is replaced by a file.

    Raises
    ------
    OutputError : something else is there
    """
    found = _kind(path)
    if found not in ("", "file"):
        raise OutputError(
            f"{path}: is a {found}, which is left as it is; name a file to write, in a folder"
        )


def require_own_file(
    path: str | Path,
    made_by: str,
    is_own: Callable[[Path], bool],
    inputs: Iterable[str | Path] = (),
) -> None:
    """Refuse to replace a file that a command has not made itself.

    ``inputs`` is what the command reads; none of them is written to, by whatever name.

    Raises
    ------
    OutputError : an input, a file of another origin or one that is write-protected is there, or
        something that is no file
    """
    path = Path(path)
    for name in inputs:
        if _same(path, Path(name)):
            raise OutputError(f"{path}: is an input of the command ({name}); name another file")
    require_file(path)
    if not path.exists():
        return
    if not is_own(path):
        raise OutputError(
            f"{path}: is there already and was not made by `{made_by}`: it is left as it is; "
            "choose another name, or move it away"
        )
    if not path.stat().st_mode & 0o222:
        raise OutputError(f"{path}: is write-protected; choose another name")


def require_own_folder(path: Path) -> None:
    """Refuse a folder that is neither empty nor holds only what was written with it, whole.

    Raises
    ------
    OutputError : files of another origin are there, something that is no folder, or the folder that
        the command was started in, or one above
    """
    found = _kind(path)
    if found not in ("", "folder"):
        raise OutputError(f"{path}: is a {found}, which is left as it is; name a new folder")
    here = Path.cwd().resolve()
    if path.resolve() in (here, *here.parents):
        raise OutputError(
            f"{path}: is the folder that the command was started in, or holds it; name a new folder"
        )
    foreign = foreign_files(path)
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise OutputError(
            f"{path}: holds what was not written with it ({foreign[0]}{more}), so that it is left "
            "as it is; name a new folder, or move this one away"
        )


def foreign_files(folder: Path) -> list[str]:
    """Names of the files, and of the empty folders, that were not written with a folder."""
    return sorted(set(_below(folder)) - {MARK} - set(_written(folder)))


def require_untouched(folder: Path) -> None:
    """Refuse a folder to which files were added, or from which some were taken, since.

    Raises
    ------
    InputError : with the first of them
    """
    there, written = {*_below(folder)} - {MARK, OF_SNAKEMAKE}, set(_written(folder))
    for names, what in ((there - written, "was added to it"), (written - there, "is missing")):
        if names:
            raise InputError(f"{folder}: {min(names)} {what} since it was made; make it again")


def mark_folder(folder: Path) -> None:
    """Write down which files a folder was written with."""
    (folder / MARK).write_text(json.dumps(sorted(_below(folder)), indent=1) + "\n")


def _written(folder: Path) -> list[str]:
    try:
        return [str(name) for name in json.loads((folder / MARK).read_text())]
    except (OSError, ValueError, TypeError):
        return []


def _below(folder: Path) -> Iterator[str]:
    """Paths of all files below a folder, and of the folders that are empty, relative to it."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*files, *links):
            yield str((here / name).relative_to(folder))
        if not folders and not files and here != folder:
            yield str(here.relative_to(folder))


def _kind(path: Path) -> str:
    """What is at a path, itself and not what it links to; empty if nothing is."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})") from error
    kinds = {"file": stat.S_ISREG, "folder": stat.S_ISDIR, "symbolic link": stat.S_ISLNK}
    return next((name for name, is_one in kinds.items() if is_one(mode)), "device or socket")


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
