"""Response of a detector with particle flow: tracks, and what towers have beyond them.

The algorithm of the modules ``SimpleCalorimeter`` of Delphes (arXiv:1307.6346): a tower measures
all energy that falls into it; what exceeds its tracks significantly is a particle of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hepchain.chains.dijets.config.response import Calorimeter, DetectorConfig, Towers
from hepchain.chains.dijets.events.particles import Floats, Integers, Particles
from hepchain.simulation.generation.record import Booleans, EventRecord

CHARGED = (11, 13, 211, 321, 2212, 3112, 3222, 3312, 3334)
ELECTROMAGNETIC = (11, 22)
MUON = 13

Found = tuple[Integers, Floats, Floats, Floats]
"""Event, pT, eta, phi."""


def respond(
    record: EventRecord, detector: DetectorConfig, random: np.random.Generator
) -> Particles:
    """What the detector sees of each event.

    Parameters
    ----------
    record : events of the generator
    random : generator of the job
    """
    seen = record.final & ~record.invisible
    code = np.abs(record.pdg_id[seen])
    event, pt, eta = record.event[seen], record.pt[seen], record.eta[seen]
    phi = np.arctan2(record.py[seen], record.px[seen])
    tracked, track_pt = _tracks(np.isin(code, CHARGED), pt, eta, detector, random)
    found = [(event[tracked], track_pt[tracked], eta[tracked], phi[tracked])]
    of_tracks = np.where(tracked, track_pt * np.cosh(eta), 0.0)
    light = np.isin(code, ELECTROMAGNETIC)
    for calorimeter, inside in (
        (detector.electromagnetic, light),
        (detector.hadronic, ~light & (code != MUON)),
    ):
        energies = (record.energy[seen][inside], of_tracks[inside])
        found += _neutral(calorimeter, event[inside], eta[inside], phi[inside], energies, random)
    calibrated = [(each[0], detector.scale * each[1], *each[2:]) for each in found]
    return Particles.joined(len(record), calibrated)


def _tracks(
    charged: Booleans,
    pt: Floats,
    eta: Floats,
    detector: DetectorConfig,
    random: np.random.Generator,
) -> tuple[Booleans, Floats]:
    """Whether a particle has a track, and the measured pT of it."""
    tracks = detector.tracks
    soft = _by_region(eta, tracks.efficiency, "soft_efficiency")
    hard = _by_region(eta, tracks.efficiency, "hard_efficiency")
    efficiency = np.where(pt > tracks.hard_pt, hard, soft) * (pt > tracks.min_pt)
    tracked = charged & (random.random(len(pt)) < efficiency)
    constant = _by_region(eta, tracks.resolution, "constant")
    slope = _by_region(eta, tracks.resolution, "slope")
    spread = 1.0 + np.hypot(constant, slope * pt) * random.standard_normal(len(pt))
    return tracked, pt * np.maximum(spread, 0.0)


def _by_region(eta: Floats, regions: Sequence[Any], name: str) -> Floats:
    """Number of the region that a pseudorapidity is in; beyond all of them zero."""
    edges = [region.max_abs_eta for region in regions]
    values = np.array([*(getattr(region, name) for region in regions), 0.0])
    chosen: Floats = values[np.searchsorted(edges, np.abs(eta))]
    return chosen


def _neutral(
    calorimeter: Calorimeter,
    event: Integers,
    eta: Floats,
    phi: Floats,
    energies: tuple[Floats, Floats],
    random: np.random.Generator,
) -> list[Found]:
    """Energy of towers beyond that of their tracks, a list a region."""
    edges = [0.0, *(towers.max_abs_eta for towers in calorimeter.towers)]
    found = []
    for number, towers in enumerate(calorimeter.towers):
        inside = (np.abs(eta) >= edges[number]) & (np.abs(eta) < edges[number + 1])
        deposits = (energies[0][inside], energies[1][inside])
        found.append(
            _of_region(
                calorimeter, towers, event[inside], eta[inside], phi[inside], deposits, random
            )
        )
    return found


def _of_region(
    calorimeter: Calorimeter,
    towers: Towers,
    event: Integers,
    eta: Floats,
    phi: Floats,
    energies: tuple[Floats, Floats],
    random: np.random.Generator,
) -> Found:
    size = np.array([towers.size_eta, np.radians(towers.size_phi)])
    cells = np.floor(np.stack([eta, phi]) / size[:, np.newaxis]).astype(np.int64)
    # One number a cell of an event: rows of `unique` would be slower by far.
    key = (event * 10_000 + cells[0] + 5_000) * 10_000 + cells[1] + 5_000
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    energy, of_tracks = (np.bincount(index, each, len(first)) for each in energies)
    # The direction within the cell is not known: any of it.
    place = (cells[:, first] + random.random((2, len(first)))) * size[:, np.newaxis]
    centre = (cells[0, first] + 0.5) * size[0]
    shape = towers.factor + towers.curvature * (np.abs(centre) - towers.centre) ** 2
    width = shape * np.sqrt(
        (towers.constant * energy) ** 2 + towers.stochastic**2 * energy + towers.noise**2
    )
    beyond = energy + width * random.standard_normal(len(first)) - of_tracks
    kept = (beyond > calorimeter.min_energy) & (beyond > calorimeter.min_significance * width)
    pt = beyond[kept] / np.cosh(place[0, kept])
    return event[first][kept], pt, place[0, kept], place[1, kept]
