"""Calorimeter clusters of the tracks of single particles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepchain.validation.comparison import FloatArray
from hepchain.validation.reference import BoolArray
from hepchain.validation.single_particles import Tracks

GROUP = "calorimeter"
MAX_ABS_ETA = 2.47

VARIABLES = (
    *("e_over_p", "q_over_p", "theta", "e0", "e1", "e2", "e3", "ethad1", "ethad", "f1", "f3"),
    *("reta", "rphi", "weta2", "wtots1", "fracs1", "eratio", "delta_e", "eng_frac_em"),
    *("delta_eta1", "delta_phi2"),
)


@dataclass(frozen=True)
class Clusters:
    """Tracks with and without clusters and what is derived of them; arrays of shape (n,)."""

    tracks: Tracks
    shapes: Mapping[str, FloatArray]
    """Shower shapes, NaN without a cluster."""

    @classmethod
    def of(cls, tracks: Tracks) -> Clusters:
        """With the shapes that are ratios of others."""
        transverse = tracks["e_over_p"] * np.abs(np.sin(tracks["theta"]) / tracks["q_over_p"])
        total = sum(tracks[f"e{layer}"] for layer in range(4))
        shapes = {name: tracks[name] for name in VARIABLES}
        shapes["f0"] = np.where(tracks.particles.abs_eta < 1.8, tracks["e0"] / total, np.nan)
        shapes["rhad"] = tracks["ethad"] / transverse
        shapes["abs_delta_eta1"] = np.abs(tracks["delta_eta1"])
        shapes["et"] = transverse
        shapes["response"] = transverse / np.sin(tracks["theta"]) / tracks.particles.momentum
        return cls(tracks, shapes)

    @property
    def has(self) -> BoolArray:
        """Tracks with a cluster."""
        result: BoolArray = np.isfinite(self.tracks["e_over_p"])
        return result

    @property
    def energy(self) -> FloatArray:
        """Energy of the cluster [GeV]."""
        result: FloatArray = self.tracks["e_over_p"] / np.abs(self.tracks["q_over_p"])
        return result

    def of_kind(self, kind: str) -> BoolArray:
        """Tracks of the particles of one kind in the acceptance."""
        return self.tracks.of(kind) & (self.tracks.particles.abs_eta < MAX_ABS_ETA)
