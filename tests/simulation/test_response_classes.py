"""Electrons and hadrons, variable by variable: no value that only one of them has without a cause.

A classifier finds a spike, a gap or an edge of the simulation as easily as physics.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.shower_shapes import PRESAMPLER_MAX_ETA
from hepchain.simulation.response.tracks import Tracks, reconstruct
from tests.particle_guns import crossing_of, parameters, particles
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

Floats = npt.NDArray[np.float64]

EVENTS = 6000
HADRONS = 8
PHOTONS = 8
"""In an event, |eta| < 2.5 and pT > 0.5 GeV: about what a minimum-bias collision has."""

RANGES = {
    "e1": "hadrons that do not shower leave little in the strips",
    "f1": "hadrons that do not shower leave little in the strips",
    "e3": "hadronic showers reach the back layer",
    "f3": "hadronic showers reach the back layer",
    "ethad1": "hadronic showers reach the hadronic layers, electromagnetic ones of 5 GeV do not",
    "ethad": "hadronic showers reach the hadronic layers, electromagnetic ones of 5 GeV do not",
    "delta_eta1": "hadronic showers fluctuate sideways up to the edge of the window",
    "e_over_p": "hadrons that do not shower leave little, whatever their momentum",
    "e_probability_ht": "fast hadrons do not radiate in thirty straws",
    "fracs1": "hadronic showers are wide",
    "wtots1": "hadronic showers are wide",
}
"""Variables in which one class goes beyond the other, and why."""


def _together(code: int, per_event: int, rng: np.random.Generator) -> Particles:
    gun = particles(EVENTS * per_event, code, rng)
    return replace(gun, event=np.arange(len(gun)) // per_event)


@cache
def classes() -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Variables of electrons, and of pions, kaons and protons, among photons and each other."""
    rng = np.random.default_rng(11)
    hadrons = _together(211, HADRONS, rng)
    species = rng.choice([211, 321, 2212], size=len(hadrons), p=[0.83, 0.11, 0.06])
    sign = rng.choice([-1, 1], size=len(hadrons))
    hadrons = replace(hadrons, pdg_id=species * sign)
    electrons = _together(11, HADRONS, rng)
    electrons = replace(electrons, pdg_id=11 * rng.choice([-1, 1], size=len(electrons)))
    return _variables(electrons, rng), _variables(hadrons, rng)


def _variables(charged: Particles, rng: np.random.Generator) -> dict[str, Floats]:
    crossing = crossing_of(charged.append(_together(22, PHOTONS, rng)))
    mu = rng.gamma(8.0, 34.0 / 8.0, EVENTS)
    tracks = reconstruct(replace(crossing, mu=mu), parameters())
    return _columns(tracks, int(abs(charged.pdg_id[0])) == 11)


def _columns(tracks: Tracks, electron: bool) -> dict[str, Floats]:
    kept = (tracks.particles.absolute_id == 11) if electron else tracks.particles.is_hadron
    kept = kept & ~tracks.particles.is_fake & (tracks.particles.parent_pdg_id == 0)
    names = load(default_with()).variables.variables
    return {name: tracks.columns[name][kept].astype(np.float64) for name in names}


def _present(name: str) -> tuple[Floats, Floats]:
    chosen = []
    for columns in classes():
        values = columns[name]
        if name == "e0":  # beyond it there is no presampler
            values = values[np.abs(columns["eta"]) < PRESAMPLER_MAX_ETA]
        chosen.append(values[np.isfinite(values)])
    return chosen[0], chosen[1]


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def test_no_continuous_variable_piles_up_at_one_value() -> None:
    piled = {}
    for name in classes()[0]:
        shares = []
        for values in _present(name):
            found, counts = np.unique(values, return_counts=True)
            shares.append(counts.max() / len(values) if len(found) > 500 else 0.0)
        if max(shares) > 0.006:
            piled[name] = shares
    assert piled == {}


def test_no_class_has_counts_of_its_own() -> None:
    """Values of integer variables that one class has, and the other has not."""
    alone = {}
    for name in classes()[0]:
        electrons, hadrons = _present(name)
        if len(np.unique(np.concatenate([electrons, hadrons]))) > 500:
            continue
        for one, other in ((electrons, hadrons), (hadrons, electrons)):
            share = float(np.mean(~np.isin(one, other)))
            if share > 0.005:
                alone[name] = share
    assert alone == {}


def test_no_class_has_a_range_of_its_own_without_a_cause() -> None:
    """Share of a class outside the central 99.9 % of the other."""
    outside = {}
    for name in classes()[0]:
        electrons, hadrons = _present(name)
        for one, other in ((electrons, hadrons), (hadrons, electrons)):
            low, high = np.quantile(other, [0.0005, 0.9995])
            share = float(np.mean((one < low) | (one > high)))
            if share > 0.04:
                outside[name] = round(share, 3)
    assert outside.keys() == RANGES.keys(), outside
