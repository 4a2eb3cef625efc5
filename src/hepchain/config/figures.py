"""Block ``figures``: looks only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hepchain.config.base import Block


class FiguresConfig(Block):
    """How figures are written."""

    formats: list[Literal["pdf", "png", "svg"]] = Field(
        min_length=1, description="formats of each figure"
    )
