"""Candidates of the selection stage in the region of a mass point, with their variations."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from hepchain.assumptions import Kind, assumed
from hepchain.io.parquet import column_names
from hepchain.selection.regions import read_region
from hepchain.selection.table import Column, Table
from hepchain.statistics.workspace import SIGNAL
from hepchain.variations import by_sample
from hepchain.workflow import named_paths

LOGGER = logging.getLogger(__name__)

Read = TypeVar("Read")
AnyTable = TypeVar("AnyTable", bound=Table)


@dataclass(frozen=True)
class Scored(Table):
    """Candidates, or events with the candidate that stands for each."""

    weight: Column
    """Of the event."""
    mass: Column
    """m(track, e) [GeV]."""
    score: Column
    """Of the tagger."""


@dataclass(frozen=True)
class ScoredCandidates(Scored):
    """Candidates with their identity."""

    event_number: Column
    track_index: Column

    def best(self) -> Self:
        """The candidate of highest score of each event (ties: lowest track index), by number."""
        order = np.lexsort((self.track_index, -self.score, self.event_number))
        _, first = np.unique(self.event_number[order], return_index=True)
        return self.take(order[first])


def read_candidates(
    columns: type[AnyTable],
    path: Path,
    point: str,
    luminosity: float = 1.0,
    factor: str | None = None,
) -> AnyTable:
    """Candidates in the region of a mass point, as :func:`read_region` gives them.

    Parameters
    ----------
    luminosity : by which weights per fb-1 are multiplied [fb-1]; 1 for data, which are counted
    """
    names = [column.name for column in fields(columns)]
    return columns(**read_region(path, point, names, luminosity, factor))


@dataclass(frozen=True)
class SampleFiles:
    """Candidates of all samples of a mass point, without and with variations."""

    signal: Path
    backgrounds: Mapping[str, Path]
    """Name of the background sample -> its candidates."""
    varied: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    """Mass point or background -> variation -> candidates of the sample simulated with it."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """Variation -> column of the candidates with the varied over the nominal weight."""
    forced: Mapping[str, Path] = field(default_factory=dict)
    """Background -> candidates among its forced electrons."""

    @classmethod
    def of(
        cls, params: Any, nominal: Sequence[str], varied: Sequence[str], forced: Sequence[str]
    ) -> Self:
        """From the inputs of a job, in the order in which its ``params`` name the samples.

        Parameters
        ----------
        nominal : the signal first, then the backgrounds
        """
        return cls(
            Path(nominal[0]),
            named_paths(params.backgrounds, nominal[1:]),
            by_sample(named_paths(params.varied, varied)),
            params.weights,
            named_paths(params.forced, forced),
        )

    def read(
        self, point: str, read: Callable[[str, Path, str | None], Read]
    ) -> tuple[dict[str, Read], dict[str, dict[str, Read]]]:
        """All samples, the signal as ``signal``, and the variations that each of them has.

        Parameters
        ----------
        point : name of the mass point, which is that of the sample of the signal
        read : of (sample, file, column by which weights are multiplied or None)
        """
        nominal, varied = {}, {}
        for sample, path in {point: self.signal, **self.backgrounds}.items():
            name = SIGNAL if sample == point else sample
            nominal[name] = read(sample, path, None)
            simulated = self.varied.get(sample, {})
            varied[name] = {other: read(sample, at, None) for other, at in simulated.items()}
            varied[name] |= {
                other: read(sample, path, column)
                for other, column in self._weights_of(path).items()
            }
        return nominal, varied

    def _weights_of(self, path: Path) -> dict[str, str]:
        """The varied weights that candidates have a column of."""
        present = column_names(path)
        for variation, column in self.weights.items():
            if column not in present:
                text = f"{path} has no column {column}: no variation {variation} of this sample"
                assumed(LOGGER, Kind.NOT_VARIED, text)
        return {name: column for name, column in self.weights.items() if column in present}
