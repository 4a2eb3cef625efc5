"""What the classifier is told of an event: its Z* candidate, electron, ETmiss and leading jet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.event_classifier.training import Events, Floats
from hepchain.io.parquet import read_parquet
from hepchain.selection.kinematics import delta_phi
from hepchain.selection.mass_window import in_window
from hepchain.selection.zstar import Column, Table

INPUTS = (
    "splitting",
    "mass",
    "mass_over_splitting",
    "score",
    "pt",
    "electron_pt",
    "delta_r",
    "pair_pt",
    "met",
    "leading_jet_pt",
    "met_over_jet_pt",
    "delta_phi_track_met",
    "delta_phi_electron_met",
    "transverse_mass",
)
"""Inputs in their order. Nothing in them tells the masses of a sample or how it was made: no
weights, no labels, no truth."""

RISING = (INPUTS.index("score"),)
"""Inputs in which the output must not fall: a track more like an electron is more like signal."""


@dataclass(frozen=True)
class EventCandidates(Table):
    """Candidates of a sample as the selection has written them."""

    event_number: Column
    track_index: Column
    weight: Column
    mass: Column
    score: Column
    pt: Column
    phi: Column
    electron_pt: Column
    electron_phi: Column
    delta_r: Column
    met: Column
    met_phi: Column
    leading_jet_pt: Column


def read_candidates(path: Path, factor: str | None = None) -> EventCandidates:
    """Candidates of a table of the selection, whatever their mass.

    Parameters
    ----------
    factor : column by which weights are multiplied

    Raises
    ------
    InputError : the file is missing or lacks a column; a value is not a finite number
    """
    names = [field.name for field in fields(EventCandidates)]
    table = read_parquet(path, [*names, factor] if factor else names)
    columns = {name: np.asarray(table[name]) for name in names}
    if factor:
        columns["weight"] = columns["weight"] * np.asarray(table[factor])
    for name, column in columns.items():
        if not np.isfinite(column).all():
            raise InputError(f"{path}: column {name} has values that are not finite numbers")
    return EventCandidates(**columns)


def events_at(candidates: EventCandidates, splitting: float, veto: tuple[float, float]) -> Events:
    """Events with a candidate in the mass window, by rising number, whatever the order of rows.

    The candidate of highest score stands for its event (ties: lowest track index).

    Parameters
    ----------
    splitting : mass splitting of which the window is [GeV]
    veto : excluded masses [GeV]
    """
    below, outside = in_window(candidates.mass, splitting, veto)
    inside = candidates.take(below & outside)
    order = np.lexsort((inside.track_index, -inside.score, inside.event_number))
    _, first = np.unique(inside.event_number[order], return_index=True)
    best = inside.take(order[first])
    return Events(
        event_number=best.event_number.astype(np.int64),
        weight=best.weight.astype(np.float64),
        inputs=inputs_of(best, splitting),
        score=best.score.astype(np.float64),
        mass=best.mass.astype(np.float64),
    )


def inputs_of(best: EventCandidates, splitting: float) -> npt.NDArray[np.float32]:
    """Inputs of events with one candidate each, shape (n, inputs)."""
    pt, electron = best.pt.astype(np.float64), best.electron_pt.astype(np.float64)
    met, jet = best.met.astype(np.float64), best.leading_jet_pt.astype(np.float64)
    of_track, of_electron = (
        np.abs(delta_phi(phi, best.met_phi)) for phi in (best.phi, best.electron_phi)
    )
    opening = delta_phi(best.phi, best.electron_phi)
    values: dict[str, Floats] = {
        "splitting": np.full(len(best), splitting),
        "mass": best.mass,
        "mass_over_splitting": best.mass / splitting,
        "score": best.score,
        "pt": pt,
        "electron_pt": electron,
        "delta_r": best.delta_r,
        "pair_pt": np.sqrt(
            np.maximum(pt**2 + electron**2 + 2.0 * pt * electron * np.cos(opening), 0.0)
        ),
        "met": met,
        "leading_jet_pt": jet,
        "met_over_jet_pt": met / jet,
        "delta_phi_track_met": of_track,
        "delta_phi_electron_met": of_electron,
        "transverse_mass": np.sqrt(2.0 * electron * met * (1.0 - np.cos(of_electron))),
    }
    return np.stack([values[name] for name in INPUTS], axis=1).astype(np.float32)
