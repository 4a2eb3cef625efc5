"""Block ``blinding``: whether data are looked at where the signal is expected."""

from __future__ import annotations

from pydantic import Field

from hepchain.config.base import Block


class BlindingConfig(Block):
    """The signal region of samples of role data."""

    open: bool = Field(
        description="whether candidates of data in the signal region are written, counted and "
        "drawn; false: only control regions are (docs/chains/soft_electrons/selection.md)"
    )
