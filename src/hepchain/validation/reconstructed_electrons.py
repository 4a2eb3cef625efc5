"""Really reconstructed electrons of low momentum, of which a file has a few.

The file is made by ``benchmarks/electron_references.py`` from public ATLAS simulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from pydantic import Field, PositiveFloat

from hepchain.config.base import Block
from hepchain.validation.known import Computed
from hepchain.validation.summaries import (
    NOTHING,
    BoolArray,
    Estimate,
    Summary,
    arrays,
    mean,
    median,
    summarised,
)

MATCH_ABS_ETA, MATCH_LOG_PT = 0.3, 0.3
"""How near in |eta| and ln(pT) simulated electrons are taken for a real one."""
SUMMARIES: dict[str, Summary] = {
    **dict.fromkeys(("f0", "f1", "f3"), mean),
    **dict.fromkeys(("e_over_p", "response"), median),
}
"""Of shares, and of energies, which have tails."""


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


def real_electrons(clusters: pd.DataFrame, real: Sequence[RealElectron]) -> dict[str, Computed]:
    """Layer shares and E/p beside a few really reconstructed electrons.

    For each of these the simulation's value is that of the electrons near it in |eta| and pT.

    Parameters
    ----------
    clusters : of the tracks, see :func:`.clusters_of`
    """
    electrons = clusters[clusters["electron"] & clusters["cluster"]]
    pairs = {
        name: _matched(_pairs(electrons, real, name), summary)
        for name, summary in SUMMARIES.items()
    }
    return {
        "real_electron_layers": _beside(pairs[name] for name in ("f0", "f1", "f3")),
        "real_electron_energy": _beside(pairs[name] for name in ("e_over_p", "response")),
    }


def _pairs(
    electrons: pd.DataFrame, real: Sequence[RealElectron], name: str
) -> list[tuple[Estimate, float]]:
    """What is simulated near each real electron, and the value that this one has."""
    simulated = electrons[name].to_numpy()
    found = []
    for electron in real:
        value = getattr(electron, name)
        near = _near(electrons, electron) & np.isfinite(simulated)
        local = summarised(SUMMARIES[name], simulated, near)
        if value is not None and np.isfinite(local.value):
            found.append((local, value))
    return found


def _near(electrons: pd.DataFrame, electron: RealElectron) -> BoolArray:
    near_eta = np.abs(electrons["abs_eta"] - abs(electron.eta)) < MATCH_ABS_ETA
    near_pt = np.abs(np.log(electrons["pt"] / electron.pt)) < MATCH_LOG_PT
    return np.asarray(near_eta & near_pt)


def _matched(
    pairs: Sequence[tuple[Estimate, float]], summary: Summary
) -> tuple[Estimate, Estimate]:
    """Average of what is simulated near each real electron, and summary of the real ones."""
    if len(pairs) < 2:
        return NOTHING, NOTHING
    ours, errors = arrays(local for local, _ in pairs)
    theirs = np.array([value for _, value in pairs])
    simulated = Estimate(float(ours.mean()), float(errors.mean()))
    return simulated, summary(theirs, np.ones(len(theirs)))


def _beside(pairs: Iterable[tuple[Estimate, Estimate]]) -> Computed:
    ours, theirs = zip(*pairs, strict=True)
    return Computed(ours, *arrays(theirs))
