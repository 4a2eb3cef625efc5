"""Tables on a terminal: text to the left, numbers to the right; times and sizes for people."""

from __future__ import annotations

from collections.abc import Sequence

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column is text, the others are numbers.

    >>> print(columns(["rule", "jobs"], [["training", "8"], ["export", "12"]]))
    rule      jobs
    training     8
    export      12
    """
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    )


def duration(seconds: float) -> str:
    """A time to two figures or more.

    >>> duration(2.34), duration(74), duration(4000), duration(300000)
    ('2.3 s', '74 s', '1.1 h', '3.5 d')
    >>> duration(300)
    '5.0 min'
    """
    for unit, size in (("d", 2 * DAY), ("h", HOUR), ("min", 2 * MINUTE)):
        if seconds >= size:
            value = seconds / {"d": DAY, "h": HOUR, "min": MINUTE}[unit]
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def size(megabytes: float) -> str:
    """An amount of data to two figures or more.

    >>> size(0.2), size(743), size(12345)
    ('0.2 MB', '743 MB', '12 GB')
    """
    for unit, factor in (("TB", 1e6), ("GB", 1e3), ("MB", 1.0)):
        value = megabytes / factor
        if value >= 1.0 or unit == "MB":
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    raise AssertionError
