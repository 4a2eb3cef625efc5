"""Block ``method_seeds``: how far the numbers of a method move with the seed of its training."""

from __future__ import annotations

from pydantic import Field

from hepchain.config.base import Block


class SeedsConfig(Block):
    """Trainings of CWoLa and of the densities with several seeds, of the same data."""

    number: int = Field(ge=2, le=1000, description="seeds, a job each for CWoLa and each flow")
