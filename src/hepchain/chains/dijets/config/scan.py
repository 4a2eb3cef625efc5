"""Block ``injection_scan``: how much of the signal a search needs."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt

from hepchain.config.base import Block
from hepchain.config.types import Distinct


class ScanConfig(Block):
    """The search in data with several numbers of injected events."""

    injected: Distinct[NonNegativeInt] = Field(
        min_length=2, description="numbers of injected events that pass; each makes data of its own"
    )
