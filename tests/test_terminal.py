"""Progress on a terminal and in a file."""

from __future__ import annotations

import io
import logging

import pytest

from hepchain.terminal import CLEAR, PROGRESS, TerminalHandler, clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (Terminal(), f"begin\nepoch 1{CLEAR}epoch 2{CLEAR}end\nepoch 3\n"),
        (io.StringIO(), "begin\nepoch 1\nepoch 2\nend\nepoch 3\n"),
    ],
)
def test_lines_of_progress_replace_one_another_on_a_terminal(
    stream: io.StringIO, expected: str
) -> None:
    handler = TerminalHandler(stream)
    for message in ("begin", "epoch 1", "epoch 2", "end", "epoch 3"):
        record = logging.makeLogRecord({"msg": message})
        if message.startswith("epoch"):
            record.__dict__.update(PROGRESS)
        handler.emit(record)
    handler.close()
    assert stream.getvalue() == expected


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 00 s"), (3599.7, "1 h 00 min"), (90_000, "25 h 00 min")],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
