"""What the classifier is told of an event: its Z* candidate, electron, ETmiss and leading jet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.event_classifier.training import Events, Floats
from hepchain.chains.soft_electrons.statistics.candidates import ScoredCandidates
from hepchain.selection.kinematics import delta_phi
from hepchain.selection.table import Column

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
class EventCandidates(ScoredCandidates):
    """Candidates of a sample as the selection has written them."""

    pt: Column
    phi: Column
    electron_pt: Column
    electron_phi: Column
    delta_r: Column
    met: Column
    met_phi: Column
    leading_jet_pt: Column


def events_of(candidates: EventCandidates, splitting: float) -> Events:
    """Events of candidates, by rising number, each with its candidate of highest score.

    Parameters
    ----------
    splitting : mass splitting that the classifier is told [GeV]
    """
    best = candidates.best()
    return Events(
        weight=best.weight.astype(np.float64),
        mass=best.mass.astype(np.float64),
        score=best.score.astype(np.float64),
        event_number=best.event_number.astype(np.int64),
        inputs=inputs_of(best, splitting),
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
