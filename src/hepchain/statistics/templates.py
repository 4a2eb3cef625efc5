"""Histograms of weighted events and the bins in which a fit can use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Entries:
    """Events of a sample in a region."""

    value: npt.NDArray[np.float64]
    """Shape (n,), the observable of the template."""
    weight: npt.NDArray[np.float64]
    """Shape (n,)."""
    event: npt.NDArray[np.int64] | None = None
    """Shape (n,), number of the event of each entry, increasing; None: each has its own."""

    def event_weights(self) -> npt.NDArray[np.float64]:
        """Sum of the weights of each event."""
        if self.event is None:
            return self.weight
        _, row = np.unique(self.event, return_inverse=True)
        return np.bincount(row, self.weight).astype(np.float64)


@dataclass(frozen=True)
class Template:
    """A histogram of one sample."""

    contents: tuple[float, ...]
    """Weighted yield of each bin."""
    errors: tuple[float, ...]
    """Statistical error of each bin."""
    events: tuple[int, ...]
    """Simulated events of each bin, not weighted."""


@dataclass(frozen=True)
class Templates:
    """Signal and backgrounds in common bins."""

    edges: tuple[float, ...]
    """Bin edges; the upper edge of the last bin is part of it."""
    requested_bins: int
    """Bins before merging."""
    signal: Template
    backgrounds: dict[str, Template]

    @property
    def background(self) -> Template:
        """Sum of the backgrounds."""
        parts = list(self.backgrounds.values())
        contents = np.sum([part.contents for part in parts], axis=0)
        variances = np.sum([np.square(part.errors) for part in parts], axis=0)
        events = np.sum([part.events for part in parts], axis=0)
        return _template(contents, variances, events)


def _template(
    contents: npt.NDArray[np.float64],
    variances: npt.NDArray[np.float64],
    events: npt.NDArray[np.int64],
) -> Template:
    return Template(
        tuple(contents.tolist()), tuple(np.sqrt(variances).tolist()), tuple(events.tolist())
    )


def fill(entries: Entries, edges: npt.ArrayLike) -> Template:
    """Histogram of ``entries``; each must lie within the edges.

    Entries of one event in one bin are added before they are squared for its error.

    Raises
    ------
    ValueError : an entry is outside, and would be lost
    """
    edges = np.asarray(edges, dtype=np.float64)
    inside = (entries.value >= edges[0]) & (entries.value <= edges[-1])
    if not inside.all():
        raise ValueError(f"entries outside {edges[0]} to {edges[-1]}, or not a number")
    bins = len(edges) - 1
    index = np.minimum(np.searchsorted(edges, entries.value, side="right") - 1, bins - 1)
    if entries.event is None:
        weight = entries.weight
    else:
        _, event = np.unique(entries.event, return_inverse=True)
        both, row = np.unique(event * bins + index, return_inverse=True)
        weight, index = np.bincount(row, entries.weight).astype(np.float64), both % bins
    return _template(
        np.bincount(index, weight, minlength=bins).astype(np.float64),
        np.bincount(index, weight**2, minlength=bins).astype(np.float64),
        np.bincount(index, minlength=bins),
    )


def make_templates(
    signal: Entries, backgrounds: Mapping[str, Entries], edges: npt.ArrayLike
) -> Templates:
    """Templates in the finest bins a fit can use.

    A bin cannot be used if its background has no simulated event or is not positive, or if its
    signal is negative. From below, such a bin is merged with its upper neighbour (the last with its
    lower one), until there is none or one bin is left. Whether that one can be used is for the
    caller to judge.
    """
    bounds = [float(edge) for edge in np.asarray(edges)]
    requested = len(bounds) - 1
    while True:
        filled = {name: fill(entries, bounds) for name, entries in backgrounds.items()}
        templates = Templates(tuple(bounds), requested, fill(signal, bounds), filled)
        bad = _unusable(templates)
        if bad is None or len(bounds) == 2:
            return templates
        del bounds[bad + 1 if bad + 2 < len(bounds) else bad]


def _unusable(templates: Templates) -> int | None:
    """First bin that a fit cannot use."""
    background = templates.background
    for row, (content, events, signal) in enumerate(
        zip(background.contents, background.events, templates.signal.contents, strict=True)
    ):
        if events == 0 or content <= 0.0 or signal < 0.0:
            return row
    return None
