"""Really reconstructed electrons of low momentum, of which a file has a few.

The file is made by ``benchmarks/electron_references.py`` from public ATLAS simulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field, PositiveFloat

from hepchain.config.base import Block
from hepchain.trust import Trust
from hepchain.validation.clusters import GROUP, Clusters
from hepchain.validation.comparison import Comparison, Relation, categories
from hepchain.validation.reference import BoolArray, Quantity, Reference, arrays, summarised
from hepchain.validation.summaries import NOTHING, Estimate, Summary, mean, median

MATCH_ABS_ETA, MATCH_LOG_PT = 0.3, 0.3
"""How near in |eta| and ln(pT) simulated electrons are taken for a real one."""


REAL_DIFFERENCES: Mapping[str, str] = {
    "real_electron_energy": (
        "the real electrons sit in jets, whose energy their clusters share, or come from photons, "
        "whose other electron's energy they hold"
    )
}
"""Quantity -> why it differs from really reconstructed electrons."""


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


def real_electrons(clusters: Clusters, real: Sequence[RealElectron]) -> list[Comparison]:
    """Layer shares and E/p beside a few really reconstructed electrons.

    For each of these the simulation's value is that of the electrons near it in |eta| and pT: the
    mean of a share, the median of E/p and of E over the true energy, which have tails.
    """
    names = ("f0", "f1", "f3", "e_over_p", "response")
    chosen = clusters.of_kind("electron") & clusters.has
    found: dict[str, list[tuple[Estimate, float]]] = {name: [] for name in names}
    for electron in real:
        near = chosen & _near(clusters, electron)
        for name in names:
            value = getattr(electron, name)
            simulated = clusters.shapes[name]
            summary = median if name in names[3:] else mean
            local = summarised(summary, simulated, near & np.isfinite(simulated))
            if value is not None and np.isfinite(local.value):
                found[name].append((local, value))
    shares = [_matched(found[name], mean) for name in names[:3]]
    ratios = [_matched(found[name], median) for name in names[3:]]
    labels = ("E/p", "E / true E")
    return [
        _beside_real("real_electron_layers", "Mean share of a layer", names[:3], shares, 0.05),
        _beside_real("real_electron_energy", "Median energy of electrons", labels, ratios, 0.15),
    ]


def _near(clusters: Clusters, electron: RealElectron) -> BoolArray:
    particles = clusters.tracks.particles
    result: BoolArray = (np.abs(particles.abs_eta - abs(electron.eta)) < MATCH_ABS_ETA) & (
        np.abs(np.log(particles.pt / electron.pt)) < MATCH_LOG_PT
    )
    return result


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


def _beside_real(
    name: str,
    title: str,
    labels: Sequence[str],
    pairs: Sequence[tuple[Estimate, Estimate]],
    tolerance: float,
) -> Comparison:
    reference = Reference(
        value=np.array([theirs.value for _, theirs in pairs]),
        error=np.array([theirs.error for _, theirs in pairs]),
        source=(
            "uproot-issue-951.root and uproot-physlite-rntuple_v1-0-0-0.root, scikit-hep-testdata: "
            "ATLAS simulation of top-quark pairs, true electrons of any origin"
        ),
        trust=Trust.READ,
        relation=Relation.INDEPENDENT,
        tolerance=tolerance,
        tolerance_reason="selection by the identification, electrons in jets, other dead material",
        difference=REAL_DIFFERENCES.get(name, ""),
    )
    quantity = Quantity(
        name, GROUP, title, categories("shape", "", labels), selection="electrons, 2–10 GeV"
    )
    return quantity.compared([ours for ours, _ in pairs], reference)
