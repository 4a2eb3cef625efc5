"""The search: cuts on the scores of each window, smooth fits, local and global p-values."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hepchain.chains.dijets.config.methods import SearchConfig, WindowsConfig
from hepchain.chains.dijets.data import Booleans, Events, Floats
from hepchain.statistics.falling import Excess, choose, excess_of_chosen, global_p_value


@dataclass(frozen=True)
class Finding:
    """What a cut leaves in and beside a window."""

    window: str
    efficiency: float
    observed: float
    """Events in the window."""
    expected: float | None
    """By the fit of the spectrum beside it; None where no fit converges."""
    error: float | None
    """Of the expected ones, from pseudo-experiments."""
    significance: float | None
    p_value: float | None
    """Local."""
    goodness: float | None
    """P-value of the fit beside the window."""
    parameters: int
    """Of the function."""
    flags: tuple[str, ...]
    """What is wrong with it: then it says nothing."""
    spectrum: tuple[float, ...]
    """Events of each bin."""
    fit: tuple[float, ...]
    """Expected ones of each bin."""
    signal: float
    """Truth: events of the signal among the observed ones."""


@dataclass(frozen=True)
class AtEfficiency:
    """All windows at one efficiency."""

    efficiency: float
    window: str
    """That of the smallest local p-value."""
    local: float
    global_value: float
    global_error: float
    """Of the finite number of pseudo-experiments."""


@dataclass(frozen=True)
class Outcome:
    """Result of the search in some data."""

    findings: Sequence[Finding]
    best: Sequence[AtEfficiency]


def edges_of(windows: WindowsConfig) -> Floats:
    """Edges of the bins of the spectrum [GeV]."""
    low, high = windows.mass
    return np.linspace(low, high, round((high - low) / windows.bin_width) + 1)


def search(
    events: Events,
    scores: Mapping[str, Floats],
    windows: WindowsConfig,
    config: SearchConfig,
    random: np.random.Generator,
    correlated: Collection[str] = (),
) -> Outcome:
    """Search the data with the scores of each window.

    A cut makes no spectrum simpler: what passes is described by at least as many parameters as all
    data beside that window, whose F-test sees a curvature that a tenth of them does not show but
    has. (With the function of what passes alone the window at the bend has 11 % of local p-values
    below 5 %.)

    Parameters
    ----------
    scores : window -> score of each event, shape (n,), as :func:`.score_fold` gives them
    random : of the pseudo-experiments
    correlated : windows whose taggers have inputs that depend on the mass

    Raises
    ------
    StageError : too few bins beside a window for any fit
    """
    least = {window: _parameters_of_all(events, window, windows, config) for window in scores}
    findings: list[Finding] = []
    best: list[AtEfficiency] = []
    for efficiency in config.efficiencies:
        here, toys = [], []
        for window, score in scores.items():
            kept = events.observed & (score >= 1.0 - efficiency)
            finding, of_toys = look(
                events, kept, window, windows, config, efficiency, least[window], random
            )
            if window in correlated:
                finding = replace(finding, flags=(*finding.flags, "inputs depend on the mass"))
            here.append(finding)
            toys.append(of_toys)
        findings += here
        found = _best(efficiency, here, toys)
        best += [found] if found else []
    return Outcome(findings, best)


def _parameters_of_all(
    events: Events, window: str, windows: WindowsConfig, config: SearchConfig
) -> int:
    """Of the function that all data beside a window want."""
    counts, inside = _spectrum(events, events.observed, window, windows)
    chosen = choose(counts[np.newaxis], edges_of(windows), inside, config.energy, config.f_test)
    return int(chosen[0])


def _spectrum(
    events: Events, kept: Booleans, window: str, windows: WindowsConfig
) -> tuple[Floats, Booleans]:
    """Events of each bin, and which bins are in the window; shapes (bins,)."""
    edges, (low, high) = edges_of(windows), windows.windows[window]
    counts = np.histogram(events.mass[kept], edges)[0].astype(np.float64)
    return counts, (edges[:-1] >= low) & (edges[1:] <= high)


def look(
    events: Events,
    kept: Booleans,
    window: str,
    windows: WindowsConfig,
    config: SearchConfig,
    efficiency: float,
    least: int,
    random: np.random.Generator,
) -> tuple[Finding, Floats]:
    """Fit of the events that a cut keeps, and local p-values of pseudo-experiments of it.

    Parameters
    ----------
    least : parameters that the function has at least
    """
    counts, inside = _spectrum(events, kept, window, windows)
    signal = float(np.count_nonzero(events.signal & kept & events.within(*windows.windows[window])))
    chosen = (edges_of(windows), inside, config.energy, config.f_test, least)
    data, parameters = excess_of_chosen(counts[np.newaxis], *chosen)
    drawn = random.poisson(data.fits.expected[0], (config.toys, len(counts))).astype(np.float64)
    toys, _ = excess_of_chosen(drawn, *chosen)
    goodness = float(data.fits.goodness[0])
    flags = []
    if not math.isfinite(data.significance[0]):
        flags.append("fit not converged")
    elif goodness < config.min_goodness:
        flags.append("poor fit")
    finding = Finding(
        window=window,
        efficiency=efficiency,
        observed=float(data.observed[0]),
        expected=_finite(data.expected[0]),
        error=_finite(float(np.std(toys.expected))),
        significance=_finite(data.significance[0]),
        p_value=_finite(data.p_value[0]),
        goodness=_finite(goodness),
        parameters=int(parameters[0]),
        flags=tuple(flags),
        spectrum=tuple(counts),
        fit=tuple(data.fits.expected[0]),
        signal=signal,
    )
    return finding, _p_values(toys)


def _p_values(toys: Excess) -> Floats:
    """Local p-values; of fits that have not converged one, as nothing is claimed of them."""
    return np.where(np.isfinite(toys.p_value), toys.p_value, 1.0)


def _best(
    efficiency: float, findings: Sequence[Finding], toys: Sequence[Floats]
) -> AtEfficiency | None:
    usable = [
        (finding, p_values)
        for finding, p_values in zip(findings, toys, strict=True)
        if finding.p_value is not None and not finding.flags
    ]
    if not usable:
        return None
    smallest, _ = min(usable, key=lambda pair: pair[0].p_value or 0.0)
    local = [finding.p_value for finding, _ in usable if finding.p_value is not None]
    value, error = global_p_value(local, np.stack([p for _, p in usable], axis=1))
    return AtEfficiency(efficiency, smallest.window, min(local), value, error)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
