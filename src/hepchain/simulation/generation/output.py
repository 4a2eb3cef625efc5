"""What C++ libraries print."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def captured_output() -> Iterator[Callable[[], str]]:
    """Keep the standard output of libraries off the terminal.

    Yields a function that returns what was printed so far. Works on the file descriptor, since
    C++ streams do not pass through ``sys.stdout``.
    """
    _flush()
    original = os.dup(1)
    with tempfile.TemporaryFile() as printed:

        def text() -> str:
            _flush()
            printed.seek(0)
            return printed.read().decode(errors="replace")

        os.dup2(printed.fileno(), 1)
        try:
            yield text
        finally:
            _flush()
            os.dup2(original, 1)
            os.close(original)


def _flush() -> None:
    sys.stdout.flush()
    ctypes.CDLL(None).fflush(None)
