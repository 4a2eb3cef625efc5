"""Masses of A -> B C from the events that pass a cut in a window where something is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.chains.dijets.config.methods import WindowsConfig
from hepchain.chains.dijets.data import Booleans, Events, Floats
from hepchain.chains.dijets.search import AtEfficiency, Finding, edges_of
from hepchain.statistics.falling import design, fit

LEAST = 3.0
"""Local significance below which there is nothing to weigh."""
REPLICAS = 100
"""Of the bootstrap."""
STEPS = 100
"""Of the fit of a peak: its last step moves by far less than the error."""
WIDTHS = (0.01, 0.06)
"""Least and largest width of the peak over its mass: resolutions of two jets are of this size."""
SMALLEST, LARGEST = 15.0, 3000.0
"""Of the masses of jets that are looked at [GeV]."""
KERNEL = 0.1
"""Width of the kernel in the logarithm of a jet mass: the resolution of a jet's mass."""
AROUND = 2.5
"""Kernels around the peak whose events are averaged."""


@dataclass(frozen=True)
class Measured:
    """A mass with its statistical error [GeV]."""

    value: float
    error: float


@dataclass(frozen=True)
class Resonance:
    """Masses of what is found with one cut, in the window where it is."""

    efficiency: float
    window: str
    a: Measured
    """Of both jets: middle of the peak on the fit of the spectrum beside it."""
    b: Measured
    """Of the heavier jet, at the peak of both masses after the side bands are subtracted."""
    c: Measured
    """Of the lighter jet, likewise."""


def resonances(
    events: Events,
    scores: Mapping[str, Floats],
    findings: Sequence[Finding],
    best: Sequence[AtEfficiency],
    windows: WindowsConfig,
    energy: float,
    random: np.random.Generator,
) -> list[Resonance]:
    """One of each cut with a local significance of at least 3, and none of all data.

    Errors are a bootstrap of the events; that of the smooth fit is not in them.

    Parameters
    ----------
    scores : window -> score of each event, shape (n,)
    energy : of the collision [GeV]
    random : of the bootstrap
    """
    by_cut = {(item.window, item.efficiency): item for item in findings}
    found = []
    for item in best:
        finding = by_cut[item.window, item.efficiency]
        if item.efficiency < 1.0 and (finding.significance or 0.0) >= LEAST:
            kept = events.observed & (scores[item.window] >= 1.0 - item.efficiency)
            found.append(_resonance(events, kept, finding, windows, energy, random))
    return found


def _resonance(
    events: Events,
    kept: Booleans,
    finding: Finding,
    windows: WindowsConfig,
    energy: float,
    random: np.random.Generator,
) -> Resonance:
    bands = windows.bands(finding.window)
    around = kept & events.within(bands[0], bands[3])
    mass = events.mass[around]
    counts = random.poisson(1.0, (REPLICAS, len(mass))).astype(np.float64)
    counts = np.vstack([np.ones(len(mass)), counts])
    density = _density(mass, finding, windows, energy)
    excess = finding.observed - (finding.expected or 0.0)
    peaks = peak(mass, density, counts, bands[1:3], excess)
    inside = events.within(*bands[1:3])[around]
    # So that what the side bands have is taken away as often as the window has it.
    beside = max(int(np.count_nonzero(~inside)), 1)
    sign = np.where(inside, 1.0, -(finding.expected or 0.0) / beside)
    light = events.columns["mj1"][around]
    heavy = light + events.columns["dmj"][around]
    lighter, heavier = jet_masses(light, heavy, counts * sign)
    return Resonance(
        finding.efficiency,
        finding.window,
        *(_measured(values) for values in (peaks, heavier, lighter)),
    )


def _density(mass: Floats, finding: Finding, windows: WindowsConfig, energy: float) -> Floats:
    """Background at these masses [1/GeV], shape (n,).

    The fit leaves half of the side bands out beside the window: what of a peak is there would
    count as background, and the middle of what is left be drawn to that of the window.
    """
    edges = edges_of(windows)
    low, high = windows.windows[finding.window]
    margin = 0.5 * windows.side_band
    beside = (edges[1:] <= low - margin) | (edges[:-1] >= high + margin)
    counts = np.asarray(finding.spectrum)[np.newaxis]
    smooth = fit(counts, design(edges, finding.parameters, energy), beside)
    rates = smooth.expected[0] if smooth.converged[0] else np.asarray(finding.fit)
    middles = 0.5 * (edges[1:] + edges[:-1])
    return np.asarray(np.interp(mass, middles, rates / windows.bin_width))


def _measured(values: Floats) -> Measured:
    """The first with half of the range that 68 % of the replicas behind it are in."""
    low, high = np.quantile(values[1:], [0.16, 0.84])
    return Measured(float(values[0]), float(0.5 * (high - low)))


def peak(
    mass: Floats,
    density: Floats,
    counts: Floats,
    window: tuple[float, float],
    excess: float,
) -> Floats:
    """Middle of a normal peak on a known background, shape (replicas,).

    The likelihood of the single events, its maximum by expectation and maximisation (Dempster,
    Laird, Rubin, J. R. Stat. Soc. B 39 (1977) 1), in which it never falls.

    Parameters
    ----------
    mass : of both jets [GeV], shape (n,)
    density : background at these masses [1/GeV], shape (n,)
    counts : how often each event is in a replica, shape (replicas, n)
    excess : events in the window beyond the background, to begin with
    """
    middle = np.full((len(counts), 1), 0.5 * (window[0] + window[1]))
    width = np.full((len(counts), 1), 0.25 * (window[1] - window[0]))
    size = np.full((len(counts), 1), max(excess, 1.0))
    for _ in range(STEPS):
        normal = np.exp(-0.5 * ((mass - middle) / width) ** 2) / (np.sqrt(2.0 * np.pi) * width)
        share = counts * size * normal / (size * normal + density + 1e-12)
        size = np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
        middle = np.clip((share * mass).sum(axis=1, keepdims=True) / size, *window)
        variance = (share * (mass - middle) ** 2).sum(axis=1, keepdims=True) / size
        width = np.clip(np.sqrt(variance), WIDTHS[0] * middle, WIDTHS[1] * middle)
    return np.asarray(middle[:, 0])


def jet_masses(light: Floats, heavy: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Masses of the lighter and the heavier jet where most events are, shapes (replicas,).

    The peak of a kernel density in the plane of their logarithms; then the mean around it.

    Parameters
    ----------
    light, heavy : masses of both jets [GeV], shape (n,)
    weights : negative for side bands, shape (replicas, n)
    """
    logs = [np.log(np.maximum(values, 0.1 * SMALLEST)) for values in (light, heavy)]
    grid = np.arange(np.log(SMALLEST), np.log(LARGEST), 0.5 * KERNEL)
    kernels = [np.exp(-0.5 * ((grid[:, np.newaxis] - log) / KERNEL) ** 2) for log in logs]
    found = np.empty((2, len(weights)))
    for replica, weight in enumerate(weights):
        density = (kernels[0] * weight) @ kernels[1].T
        start = np.unravel_index(int(np.argmax(density)), density.shape)
        centre = [grid[place] for place in start]
        near = np.all(
            [np.abs(x - c) < AROUND * KERNEL for x, c in zip(logs, centre, strict=True)], 0
        )
        total = weight[near].sum()
        for axis, (log, place) in enumerate(zip(logs, centre, strict=True)):
            found[axis, replica] = (weight[near] * log[near]).sum() / total if total > 0 else place
    return np.exp(found[0]), np.exp(found[1])
