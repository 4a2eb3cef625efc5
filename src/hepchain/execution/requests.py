"""What jobs ask for: a constant, so much a megabyte of inputs, and more with every retry.

Requests follow what jobs were measured to use (`used:` in their logs). Inputs that are not there
yet count nothing: Snakemake asks again when a job is about to start.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from hepchain.execution.usage import size_mb

Request = Callable[[Any, Iterable[str], int], int]


def memory(megabytes: float, of_input: float = 0.0) -> Request:
    """Memory [MB]: a constant and a share of the size of the inputs, times the attempt."""
    return _growing(megabytes, of_input)


def minutes(constant: float, of_input: float = 0.0) -> Request:
    """Time [min]: a constant and so much a megabyte of inputs, times the attempt."""
    return _growing(constant, of_input)


def _growing(constant: float, of_input: float) -> Request:
    def request(wildcards: Any, input: Iterable[str], attempt: int) -> int:
        inputs = sum(map(size_mb, input)) if of_input else 0.0
        return math.ceil((constant + of_input * inputs) * attempt)

    return request
