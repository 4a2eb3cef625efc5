"""Outputs that exist only when they are complete."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hepchain.errors import HepchainError, OutputError

_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EFBIG: "the file would be larger than the limit (ulimit -f, or of the file system)",
}


def _hidden_name(path: Path) -> str:
    return f".{path.name}.partial-"


def _remove_leftovers(path: Path) -> None:
    """Remove what earlier writers of ``path`` left that were killed; a file has one writer."""
    for leftover in path.parent.glob(f"{glob.escape(_hidden_name(path))}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _why_full(error: BaseException | None) -> str | None:
    """What there was no room for, if an error says so; libraries hide its number in their text."""
    while error is not None:
        for number, reason in _FULL.items():
            if getattr(error, "errno", None) == number or os.strerror(number) in str(error):
                return reason
        error = error.__cause__ or error.__context__
    return None


def _mount_point(folder: Path) -> Path:
    folder = folder.absolute()
    while not os.path.ismount(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


@contextmanager
def _errors_of_disks(path: Path) -> Iterator[None]:
    """Say which file has no room on which disk, instead of what a library makes of it."""
    try:
        yield
    except HepchainError:
        raise
    except Exception as error:
        reason = _why_full(error)
        if reason is None:
            raise
        raise OutputError(
            f"{path}: cannot be written, {reason}{_room(path.parent)}. Free some space, or run "
            "where there is more (`snakemake --directory`); then start the same command again"
        ) from error


def _room(folder: Path) -> str:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return f" (now {free / 1e6:.1f} MB free on {_mount_point(folder)})"


@contextmanager
def _new_in(folder: Path) -> Iterator[None]:
    """Make a folder; the block makes something in it.

    Raises
    ------
    OutputError : that is not allowed, or something else is there
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise
        raise OutputError(
            f"{folder}: no files can be written there ({error.strerror}). Make it a folder "
            "that you may write to, or run elsewhere (`snakemake --directory`)"
        ) from error


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; move it into place when the block ends well.

    On an exception the temporary file is removed and ``path`` is left as it was. The temporary
    name keeps the suffix, since some libraries choose the format by it.

    Raises
    ------
    OutputError : there is no room on the disk, or the folder cannot be written to
    """
    path = Path(path)
    with _errors_of_disks(path), _temporary_file(path) as temporary:
        yield temporary


@contextmanager
def _temporary_file(path: Path) -> Iterator[Path]:
    _remove_leftovers(path)
    with _new_in(path.parent):
        handle, name = tempfile.mkstemp(
            prefix=_hidden_name(path), suffix="".join(path.suffixes[-1:]), dir=path.parent
        )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_directory(path: str | Path) -> Iterator[Path]:
    """Yield a temporary directory; move it to ``path`` (replacing it) when the block ends well.

    Raises
    ------
    OutputError : there is no room on the disk, or the folder cannot be written to
    """
    path = Path(path)
    with _errors_of_disks(path), _temporary_directory(path) as temporary:
        yield temporary


@contextmanager
def _temporary_directory(path: Path) -> Iterator[Path]:
    _remove_leftovers(path)
    with _new_in(path.parent):
        temporary = Path(tempfile.mkdtemp(prefix=_hidden_name(path), dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
