"""Block ``features``."""

from __future__ import annotations

from pydantic import Field

from hepchain.config.base import Block


class FeaturesConfig(Block):
    """The table of one row a track."""

    folds: int = Field(ge=2, le=20, description="number of folds by event")
