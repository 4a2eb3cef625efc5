"""What rules and their scripts need: code digests, logging, errors without tracebacks."""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from hepchain.errors import ChangedInputError, HepchainError
from hepchain.execution.usage import usage_of
from hepchain.parsed import ParsedFiles

PACKAGE = "hepchain"
_ROOT = Path(__file__).parent


def digest(*modules: str) -> str:
    """Digest of the source of these modules and of all modules of the package they import.

    Snakemake reruns a job when its parameters change but does not see an edit in an imported
    module; a rule therefore carries the digest of the code it runs as a parameter. Naming a
    package takes in every module below it. Comments and blank lines do not count.

    Raises
    ------
    ModuleNotFoundError : a module is not part of the package
    """
    seen: set[str] = set()
    pending = [name for module in modules for name in _expand(module)]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending.extend(_imports(name))
    files = _files(_ROOT)
    text = "\n".join(f"{name}\n{files[_file(name)].text}" for name in sorted(seen))
    files.keep()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _file(name: str) -> Path:
    path = _ROOT.joinpath(*name.split(".")[1:])
    if path.is_dir():
        return path / "__init__.py"
    path = path.with_suffix(".py")
    if not path.is_file():
        raise ModuleNotFoundError(f"no module '{name}' in {_ROOT}")
    return path


def _expand(name: str) -> list[str]:
    file = _file(name)
    if file.name != "__init__.py":
        return [name]
    below = file.parent.rglob("*.py")
    return [_module_name(path) for path in below]


def _module_name(path: Path) -> str:
    parts = path.relative_to(_ROOT).with_suffix("").parts
    return ".".join((PACKAGE, *(part for part in parts if part != "__init__")))


@cache
def _files(root: Path) -> ParsedFiles:
    """Parsed files of the package, for as long as the process runs."""
    return ParsedFiles(root)


def _imports(name: str) -> list[str]:
    return [item for item in _files(_ROOT)[_file(name)].imports if _is_module(item)]


def _is_module(name: str) -> bool:
    if name.split(".")[0] != PACKAGE:
        return False
    try:
        return _file(name).is_file()
    except ModuleNotFoundError:
        return False


def named_paths(names: Iterable[str], paths: Iterable[str]) -> dict[str, Path]:
    """Name -> path of files that a rule lists in the order of these names."""
    return dict(zip(names, map(Path, paths), strict=True))


def gpu_fallback(snakemake: Any) -> bool:
    """Whether a job goes on without the GPU it asked for (execution.gpu_fallback).

    Of the config, not of the parameters: it changes no result, so it reruns nothing.
    """
    return bool(snakemake.config.get("execution", {}).get("gpu_fallback", False))


@contextmanager
def job(snakemake: Any) -> Iterator[logging.Logger]:
    """Run the body of a rule's script: everything it says goes to the rule's log file.

    An error of the :class:`HepchainError` family is logged as one message without a traceback, any
    other exception with its traceback; either way the job fails. Snakemake then shows the log
    (``show-failed-logs`` in the default profile). What libraries print is kept off the terminal.

    A job during which one of its inputs changed fails, and Snakemake removes its outputs: they may
    be half of the old and half of the new.
    """
    path = Path(str(snakemake.log[0]))
    path.parent.mkdir(parents=True, exist_ok=True)
    before = _identities(getattr(snakemake, "input", ()))
    failed = False
    with _log_file(path) as file, _output_to(file):
        handler = _LogHandler(file)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
        logger = logging.getLogger(PACKAGE)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        try:
            yield logger
            _check_unchanged(before)
            if hasattr(snakemake, "resources"):
                logger.info(usage_of(snakemake).line())
            logger.info("done")
        except Exception as error:
            failed = True
            _log_error(error, before, logger)
        finally:
            logger.removeHandler(handler)
    if failed:
        for line in handler.lost:
            print(line, file=sys.stderr)
        raise SystemExit(1)


class _LogHandler(logging.StreamHandler[TextIO]):
    """Writes to the log and keeps what that has no room for, for the terminal."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self.lost: list[str] = []

    def handleError(self, record: logging.LogRecord) -> None:
        """Keep a record that could not be written."""
        self.lost.append(self.format(record))


@contextmanager
def _log_file(path: Path) -> Iterator[TextIO]:
    """Log of a job; that there is no room for it does not end the job."""
    file = path.open("w")
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _log_error(error: Exception, before: Mapping[str, _Identity], logger: logging.Logger) -> None:
    """Say what went wrong, and if an input changed meanwhile, that this may be why."""
    if isinstance(error, HepchainError):
        logger.error("%s", error)
    else:
        logger.exception("unexpected error")
    if not isinstance(error, ChangedInputError):
        try:
            _check_unchanged(before)
        except ChangedInputError as changed:
            logger.error("%s", changed)


_Identity = tuple[int, int, int]
"""Number, size [bytes] and time of change [ns] of a file."""


def _identities(paths: Iterable[object]) -> dict[str, _Identity]:
    """Path -> identity of each of these files that exists.

    Files are opened for it: only then does a network file system ask its server.
    """
    found = {}
    for path in map(str, paths):
        try:
            number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            status = os.fstat(number)
        finally:
            os.close(number)
        found[path] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def _check_unchanged(before: Mapping[str, _Identity]) -> None:
    """Compare inputs with what they were when the job began.

    Raises
    ------
    ChangedInputError : some are others now
    """
    after = _identities(before)
    changed = [path for path, identity in before.items() if after.get(path) != identity]
    if changed:
        raise ChangedInputError(
            f"{', '.join(changed)}: changed while this job was reading; its results are not kept. "
            "Run again once nothing writes there any more"
        )


@contextmanager
def _output_to(file: TextIO) -> Iterator[None]:
    """Send standard output and error to an open file, those of compiled libraries included."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    _flush()
    try:
        for number, _ in kept:
            os.dup2(file.fileno(), number)
        yield
    finally:
        _flush()
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    ctypes.CDLL(None).fflush(None)
