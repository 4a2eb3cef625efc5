"""What the Z* selection reads of the skim and the scores, and the table it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.chains.soft_electrons.selection.candidates import ELECTRON_COLUMNS, Tracks
from hepchain.errors import InputError
from hepchain.io.parquet import ParquetWriter, column_names, iterate_parquet, read_parquet
from hepchain.selection.matching import ABSENT, TrackIndex
from hepchain.selection.regions import region_column
from hepchain.selection.table import Column, Table
from hepchain.selection.working_point import at_working_point
from hepchain.variations import WEIGHT_FACTOR

EVENT_COLUMNS = ("event_number", "weight", "met", "met_phi", "jet_pt", *ELECTRON_COLUMNS)
SCORE_COLUMNS = ("event_number", "track_index", "score", "label", "category")


@dataclass(frozen=True)
class Candidates(Table):
    """Z* candidates: the rows of ``results/selection/{sample}.parquet``."""

    event_number: Column
    track_index: Column
    weight: Column
    weight_factors: Column
    """Shape (n, k), a column of the file each."""
    regions: Column
    """Shape (n, points), whether in the region of each mass point, a column of the file each."""
    mass: Column
    score: Column
    passes_tagger: Column
    tag_rate: Column
    """Probability to pass the tagger: of hadrons of the background their tag rate, else 0 or 1."""
    tag_rate_up: Column
    """The same with the rates a standard deviation up."""
    others: Column
    """The three at each of the other working points, shape (n, others, 3), columns of the file."""
    presence: Column
    """Probability that the candidate is there at all: 1, less of forced electrons."""
    label: Column
    category: Column
    truth_pdg_id: Column
    truth_origin: Column
    truth_is_pileup: Column
    pt: Column
    eta: Column
    phi: Column
    electron_pt: Column
    electron_eta: Column
    electron_phi: Column
    delta_r: Column
    met: Column
    met_phi: Column
    leading_jet_pt: Column


@dataclass(frozen=True)
class Scores(Table):
    """What the combination stage knows of each candidate."""

    score: Column
    label: Column
    category: Column


def cone_column(cone: float, constituent_pt: float) -> str:
    """Column of the skim with the cone sums of this radius and constituent pT [GeV].

    >>> cone_column(0.3, 0.5)
    'ptcone30_500'
    """
    return f"ptcone{round(cone * 100)}_{round(constituent_pt * 1000)}"


def _chunks(path: Path, columns: Sequence[str]) -> Iterator[ak.Array]:
    """Row groups of a table, at least one, so that a table without rows keeps its types."""
    empty = True
    for chunk in iterate_parquet(path, columns):
        empty = False
        yield chunk
    if empty:
        yield read_parquet(path, columns)


def weight_factors(paths: Sequence[Path]) -> tuple[str, ...]:
    """Columns of varied weights that all these parts of a sample have.

    Raises
    ------
    InputError : a part has one that another lacks
    """
    found = {
        path: tuple(name for name in column_names(path) if name.startswith(WEIGHT_FACTOR))
        for path in paths
    }
    first = next(iter(found.values()), ())
    for path, names in found.items():
        if set(names) != set(first):
            raise InputError(
                f"{path}: varied weights {sorted(names)}, but {paths[0]} has {sorted(first)}; "
                "all parts of a sample must have the same: make them alike, or take the branches "
                "out of the branch map"
            )
    return first


def iterate_events(
    path: Path, identification: str, factors: Sequence[str] = ()
) -> Iterator[ak.Array]:
    """Events of one part of the skim, chunk by chunk, with the columns the selection needs."""
    yield from _chunks(path, [*EVENT_COLUMNS, f"electron_{identification}", *factors])


def iterate_tracks(path: Path, cone_sum: str) -> Iterator[Tracks]:
    """Tracks of one part of the skim, chunk by chunk."""
    columns = {field.name: field.name for field in fields(Tracks)} | {"cone_sum": cone_sum}
    for chunk in _chunks(path, list(columns.values())):
        yield Tracks(**{name: ak.to_numpy(chunk[column]) for name, column in columns.items()})


def read_scores(path: Path, event_number: Column, track_index: Column) -> Scores:
    """Scores of these tracks, in their order, read in parts.

    Raises
    ------
    InputError : a track has no score or two, or its score is not a number
    """
    index = TrackIndex(event_number, track_index)
    found = np.zeros(len(event_number), dtype=np.int64)
    score = np.full(len(event_number), np.nan)
    label = np.zeros(len(event_number), dtype=np.int8)
    category = np.full(len(event_number), "", dtype=object)
    for chunk in iterate_parquet(path, SCORE_COLUMNS):
        rows = index.rows(chunk["event_number"], chunk["track_index"])
        known = rows != ABSENT
        rows = rows[known]
        np.add.at(found, rows, 1)
        score[rows] = ak.to_numpy(chunk["score"][known])
        label[rows] = ak.to_numpy(chunk["label"][known])
        category[rows] = ak.to_list(chunk["category"][known])
    wrong = (found != 1) | np.isnan(score)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{path}: {int(wrong.sum())} of {len(found)} candidate tracks have no score, two, or "
            f"one that is not a number (first: event {event_number[first]}, track "
            f"{track_index[first]}); make the scores again from this skim"
        )
    return Scores(score, label, category)


def write_candidates(
    path: Path,
    candidates: Candidates,
    weight_factors: Sequence[str],
    points: Iterable[str],
    working_points: Iterable[str],
) -> None:
    """Write the table, also if it has no row.

    Parameters
    ----------
    weight_factors, points, working_points : names of these columns, mass points of the regions,
        and names of the other working points, in their order
    """
    columns = {field.name: getattr(candidates, field.name) for field in fields(Candidates)}
    others = columns.pop("others")
    for number, name in enumerate(working_points):
        for place, column in enumerate(at_working_point(name)):
            columns[column] = np.ascontiguousarray(others[:, number, place])
        columns[at_working_point(name)[0]] = others[:, number, 0] > 0.0
    for key, names in (("weight_factors", weight_factors), ("regions", map(region_column, points))):
        columns |= zip(names, np.ascontiguousarray(columns.pop(key).T), strict=True)
    text = ak.from_iter(["", *candidates.category])[1:]
    with ParquetWriter.open(path) as writer:
        writer.write({**columns, "category": text})
