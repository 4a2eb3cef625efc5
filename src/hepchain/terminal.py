"""Lines for somebody who watches: progress on one line that is written over and over, times."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

PROGRESS = {"progress": True}
"""``extra`` of a log call that reports progress, as of an epoch."""
CLEAR = "\r\x1b[K"


def clock(seconds: float) -> str:
    """Seconds as people read them.

    >>> clock(42.4), clock(252), clock(7500)
    ('42 s', '4 min 12 s', '2 h 05 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "job"), counted(2, "job")
    ('1 job', '2 jobs')
    """
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@contextmanager
def quiet(*names: str) -> Iterator[None]:
    """Nothing from the loggers of these names is said meanwhile."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


class TerminalHandler(logging.StreamHandler[TextIO]):
    """Writes records as lines; on a terminal those of progress replace one another.

    In a file or a pipe every record is a line of its own.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._live = stream.isatty()
        self._open = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        if not self._live:
            super().emit(record)
            return
        progress: Any = getattr(record, "progress", False)
        start = CLEAR if self._open else ""
        self.stream.write(start + self.format(record) + ("" if progress else self.terminator))
        self._open = bool(progress)
        self.flush()

    def close(self) -> None:
        """End the line of progress, which stays."""
        if self._open:
            self.stream.write(self.terminator)
            self.flush()
            self._open = False
        super().close()


@contextmanager
def shown(name: str, stream: TextIO) -> Iterator[None]:
    """What the logger of this name has to inform about goes to a stream meanwhile."""
    logger, handler = logging.getLogger(name), TerminalHandler(stream)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
