"""The sample of single particles: what was shot and the tracks that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import pandas as pd

from hepchain.io.parquet import iterate_parquet
from hepchain.validation.comparison import FloatArray
from hepchain.validation.ntuples import Columns, columns
from hepchain.validation.summaries import BoolArray, IntArray

PDG_IDS = {"electron": 11, "muon": 13, "pion": 211, "kaon": 321, "proton": 2212, "photon": 22}
MASSES = {
    "electron": 0.51099895e-3,
    "muon": 0.1056584,
    "pion": 0.1395704,
    "kaon": 0.493677,
    "proton": 0.9382721,
}
"""GeV (PDG 2022)."""

PROMPT_RADIUS = 1.0
"""Particles produced within this distance of the beam line are those that were shot [mm]."""

TRUTH = (
    "truth_track_pdg_id",
    "truth_track_pt",
    "truth_track_eta",
    "truth_track_origin",
    "truth_track_vertex_radius",
)
GENERATED = ("particle_pdg_id", "particle_pt", "particle_eta")


@dataclass(frozen=True)
class Particles:
    """Particles that were shot, or the particles behind tracks; arrays of shape (n,)."""

    pdg_id: FloatArray
    pt: FloatArray
    """GeV."""
    eta: FloatArray

    def of(self, kind: str) -> BoolArray:
        """Those of one kind, particles and antiparticles."""
        return np.asarray(np.abs(self.pdg_id) == PDG_IDS[kind])

    def take(self, index: IntArray) -> Particles:
        """The particles at these positions."""
        return Particles(self.pdg_id[index], self.pt[index], self.eta[index])

    @property
    def momentum(self) -> FloatArray:
        """GeV."""
        return self.pt * np.cosh(self.eta)

    @property
    def abs_eta(self) -> FloatArray:
        """Absolute pseudorapidity."""
        return np.abs(self.eta)

    def frame(self) -> pd.DataFrame:
        """A row a particle: ``pdg_id``, ``pt``, ``eta``, ``abs_eta``, ``momentum``; a column a kind
        (``electron``, ...), whether it is one."""
        names = ("pdg_id", "pt", "eta", "abs_eta", "momentum")
        kinds = {kind: self.of(kind) for kind in PDG_IDS}
        return pd.DataFrame({name: getattr(self, name) for name in names} | kinds)


@dataclass(frozen=True)
class Tracks:
    """Tracks of single particles with the particles they come from."""

    particles: Particles
    columns: Columns
    """Branch without ``track_`` -> shape (n,); truth is under ``truth_track_*``."""

    @property
    def prompt(self) -> BoolArray:
        """Tracks of the particles that were shot, without what these made in the material."""
        return self.columns["truth_track_vertex_radius"] < PROMPT_RADIUS

    def of(self, kind: str) -> BoolArray:
        """Tracks of the particles of one kind that were shot."""
        return self.prompt & self.particles.of(kind)

    def __getitem__(self, name: str) -> FloatArray:
        """A variable of the tracks."""
        return self.columns[name]

    def frame(self) -> pd.DataFrame:
        """A row a track: its variables, and in place of its own momentum that of the particle with
        the other columns of :meth:`Particles.frame`; it is of a kind if the particle was shot."""
        kinds = {kind: self.of(kind) for kind in PDG_IDS}
        return pd.DataFrame(self.columns | dict(self.particles.frame()) | kinds)

    @classmethod
    def of_columns(cls, columns: Columns) -> Tracks:
        """From the branches of an ntuple."""
        particles = Particles(*(columns[f"truth_track_{name}"] for name in ("pdg_id", "pt", "eta")))
        return cls(
            particles,
            {name.removeprefix("track_"): values for name, values in columns.items()},
        )


def read_tracks(
    paths: Sequence[Path], variables: Sequence[str], of_event: Sequence[str] = ()
) -> Tracks:
    """Tracks of the sample with some of their variables, names without ``track_``.

    Parameters
    ----------
    of_event : variables of the event, repeated for each of its tracks

    Raises
    ------
    InputError : a file is missing, unreadable, or lacks a branch
    """
    branches = [*(f"track_{name}" for name in variables), *TRUTH, *of_event]
    return Tracks.of_columns(columns(paths, branches))


def read_particles(paths: Sequence[Path]) -> Particles:
    """The particles that were shot.

    Raises
    ------
    InputError : a file is missing, unreadable, or lacks a column
    """
    chunks = [chunk for path in paths for chunk in iterate_parquet(path, GENERATED)]
    return Particles(
        *(
            np.concatenate(
                [ak.to_numpy(ak.flatten(chunk[name])).astype(np.float64) for chunk in chunks]
                or [np.zeros(0)]
            )
            for name in GENERATED
        )
    )
