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
from hepchain.io.targets import Check, mark_folder, require_file, require_own_folder

_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EFBIG: "the file would be larger than the limit (ulimit -f, or of the file system)",
}


def _hidden_name(path: Path) -> str:
    return f".{path.name}.partial-"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
def _temporary(path: Path, is_folder: bool) -> Iterator[Path]:
    """A new file or folder beside ``path``, which is removed if the block has not moved it.

    So is what earlier writers of ``path`` left that were killed; it has one writer.

    Raises
    ------
    OutputError : nothing may be written there, or something else than a folder is there
    """
    folder = path.parent
    for leftover in folder.glob(f"{glob.escape(_hidden_name(path))}*"):
        _remove(leftover)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_folder:
            name = tempfile.mkdtemp(prefix=_hidden_name(path), dir=folder)
        else:
            suffix = "".join(path.suffixes[-1:])
            handle, name = tempfile.mkstemp(prefix=_hidden_name(path), suffix=suffix, dir=folder)
            os.close(handle)
    except OSError as error:
        if error.errno in _FULL:
            raise
        raise OutputError(
            f"{folder}: no files can be written there ({error.strerror}). Make it a folder "
            "that you may write to, or run elsewhere (`snakemake --directory`)"
        ) from error
    try:
        yield Path(name)
    finally:
        _remove(Path(name))


@contextmanager
def atomic_path(path: str | Path, check: Check = require_file) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; move it into place when the block ends well.

    On an exception the temporary file is removed and ``path`` is left as it was. The temporary name
    keeps the suffix, since some libraries choose the format by it. ``check``: whether ``path`` may
    be replaced; asked before the block and after.

    Raises
    ------
    OutputError : ``path`` must not be replaced, there is no room on the disk, or the folder cannot
        be written to
    """
    path = Path(path)
    check(path)
    with _errors_of_disks(path), _temporary(path, is_folder=False) as temporary:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        check(path)
        temporary.replace(path)


@contextmanager
def atomic_directory(path: str | Path) -> Iterator[Path]:
    """Yield a temporary directory; move it to ``path`` when the block ends well.

    A directory that was written so before is replaced, unless something was added to it.

    Raises
    ------
    OutputError : ``path`` holds what was not written with it, there is no room on the disk, or the
        folder cannot be written to
    """
    path = Path(path)
    require_own_folder(path)
    with _errors_of_disks(path), _temporary(path, is_folder=True) as temporary:
        yield temporary
        mark_folder(temporary)
        temporary.chmod(0o755)
        require_own_folder(path)
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
