"""Block ``simulation``: how many events, in how many jobs, with which detector."""

from __future__ import annotations

from pydantic import Field, PositiveInt

from hepchain.config.base import Block
from hepchain.identity import EVENTS_PER_PART


class SimulationConfig(Block):
    """Sizes of the simulated samples and the file of detector parameters."""

    response: str = Field(description="file of detector parameters")
    parts: dict[str, PositiveInt] = Field(description="sample -> number of jobs")
    events_per_part: dict[str, PositiveInt] = Field(
        description=f"sample -> events kept by each job, below {EVENTS_PER_PART}"
    )
