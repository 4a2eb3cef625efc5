"""Log lines for somebody who watches: progress on one line that is written over and over."""

from __future__ import annotations

import logging
from typing import Any, TextIO

PROGRESS = {"progress": True}
"""``extra`` of a log call that reports progress, as of an epoch."""
CLEAR = "\r\x1b[K"


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
