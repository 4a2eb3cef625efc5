"""What rules and their scripts need: code digests, logging, errors without tracebacks."""

from __future__ import annotations

import ctypes
import hashlib
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from hepchain.assumptions import Collector
from hepchain.config.reading import read_yaml
from hepchain.errors import ChangedInputError, HepchainError
from hepchain.execution.clocks import check_clock
from hepchain.execution.usage import usage_of
from hepchain.io.structured import write_json
from hepchain.parsed import Package

PACKAGE = "hepchain"


@cache
def _package() -> Package:
    """This package, parsed as far as it was asked for, for as long as the process runs."""
    return Package(Path(__file__).parent)


def digest(*code: str | Path) -> str:
    """Digest of the source of scripts and modules, and of all modules of the package they import.

    Snakemake goes by the time of a script and does not see an edit in an imported module. A rule
    therefore carries the digest of the code it runs as a parameter, and times of the source decide
    nothing. See :meth:`hepchain.parsed.Package.digest`.
    """
    return _package().digest(*code)


def fingerprint(*paths: str | Path) -> str:
    """Digest of the sizes and times of change of files that no job makes.

    In the parameters of a job it tells that one was replaced, also by an older one, which a
    comparison with the times of the results does not: their clocks may differ.
    """
    found = [os.stat(path) for path in paths]
    text = json.dumps([(status.st_size, status.st_mtime_ns) for status in found])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def content_digest(*paths: str | Path) -> str:
    """Digest of what YAML files say: their times, comments and the order of keys decide nothing.

    Raises
    ------
    ConfigError : a file is missing, unreadable or not YAML
    """
    times = [os.stat(path).st_mtime_ns if os.path.exists(path) else 0 for path in paths]
    return _content_digest(tuple(zip(map(str, paths), times, strict=True)))


@cache
def _content_digest(dated_paths: tuple[tuple[str, int], ...]) -> str:
    """The same, read once: each job of a run asks again."""
    content = json.dumps([read_yaml(path) for path, _ in dated_paths])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def named_pairs(names: Iterable[str], paths: Iterable[str]) -> list[tuple[str, Path]]:
    """Name and path of files that a rule lists in the order of these names.

    Raises
    ------
    ValueError : a path has not the name in it: the lists are not in the same order
    """
    pairs = list(zip(names, map(Path, paths), strict=True))
    for name, path in pairs:
        words = {word for part in path.parts for word in (part, part.rpartition(".")[0])}
        if not any(word == name or word.endswith((f"_{name}", f"@{name}")) for word in words):
            raise ValueError(f"{path}: taken for '{name}', whose name it has not")
    return pairs


def named_paths(names: Iterable[str], paths: Iterable[str]) -> dict[str, Path]:
    """As :func:`named_pairs`: name -> path."""
    return dict(named_pairs(names, paths))


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
        handler, collector = _LogHandler(file), Collector()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
        logger = logging.getLogger(PACKAGE)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.addHandler(collector)
        try:
            check_clock(path)
            yield logger
            _check_unchanged(before)
            _write_assumed(snakemake, collector)
            if hasattr(snakemake, "resources"):
                logger.info(usage_of(snakemake))
            logger.info("done")
        except Exception as error:
            failed = True
            _log_error(error, before, logger)
        finally:
            logger.removeHandler(handler)
            logger.removeHandler(collector)
    if failed:
        for line in handler.lost:
            print(line, file=sys.stderr)
        raise SystemExit(1)


def _write_assumed(snakemake: Any, collector: Collector) -> None:
    """Write what the job assumed to its output ``assumed``, if its rule has one."""
    path = getattr(getattr(snakemake, "output", None), "assumed", None)
    if path is not None:
        content = {"wildcards": dict(snakemake.wildcards.items()), "assumed": collector.content()}
        write_json(str(path), content)


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
