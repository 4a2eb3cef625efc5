"""Block ``correlated``: the same data with features that depend on the mass of both jets."""

from __future__ import annotations

from pydantic import Field

from hepchain.config.base import Block


class CorrelatedConfig(Block):
    """Masses of both jets are shifted, as in the study of CATHODE (arXiv:2109.00546, sec. 5)."""

    share: float = Field(
        gt=0.0, le=1.0, description="of m(JJ) that is added to mj1 and to dmj of every event"
    )
