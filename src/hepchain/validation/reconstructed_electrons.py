"""Really reconstructed electrons of low momentum, a file of a few of them.

The file is made by ``benchmarks/electron_references.py`` from public ATLAS simulation.
"""

from __future__ import annotations

from pydantic import Field, PositiveFloat

from hepchain.config.base import Block


class RealElectron(Block):
    """One electron; null what the file does not have."""

    pt: PositiveFloat = Field(description="GeV")
    eta: float = Field(description="pseudorapidity")
    f0: float | None = Field(description="share of the presampler in the energy of all layers")
    f1: float | None = Field(description="share of the strips")
    f3: float | None = Field(description="share of the back layer")
    e_over_p: PositiveFloat = Field(description="calibrated energy over momentum of the track")
    response: PositiveFloat | None = Field(description="calibrated energy over the true one")


class RealElectrons(Block):
    """Electrons of ATLAS simulation, fully reconstructed."""

    electrons: list[RealElectron] = Field(min_length=1, description="by rising pT")
