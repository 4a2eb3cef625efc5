"""Ntuples of single pions and electrons whose tracks follow a known law."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import uproot

from hepchain.config.validation import ValidationConfig
from hepchain.validation.against_reconstruction import OF_TRUTH, ON_TRACK
from hepchain.validation.known import Known
from hepchain.validation.single_particles import TRUTH

REPOSITORY = Path(__file__).parents[2]
REFERENCE = REPOSITORY / "config" / "validation" / "reconstructed_tracks.yaml"
KNOWN = REFERENCE.parent
PER_EVENT = 8
PARAMETERS = ("d0", "z0", "phi", "theta", "q_over_p")


def known(group: str) -> Known:
    """What is known of a group."""
    return Known.read(KNOWN / f"{group}.yaml")


def settings(**changes: object) -> ValidationConfig:
    tracks = {
        "reference": str(REFERENCE),
        "error_abs_eta": [(0.0, 0.8), (0.8, 1.5), (1.5, 2.5)],
        "hits_abs_eta": [(0.0, 1.5), (1.5, 2.5)],
        "error_tolerance": 0.10,
        "hits_tolerance": 0.05,
        "min_tracks": 10,
    }
    return ValidationConfig.model_validate(
        {
            "sample": "particle_gun",
            "tracks": tracks | changes,
            "known": str(KNOWN),
            "electrons": "config/validation/reconstructed_electrons.yaml",
        },
        strict=False,
    )


def law(pt: np.ndarray) -> dict[str, np.ndarray]:
    """Errors in mm, rad and 1/GeV, around those of real tracks of the barrel."""
    return {
        "d0_error": np.hypot(0.02, 0.075 / pt),
        "z0_error": np.hypot(0.075, 0.13 / pt),
        "phi_error": np.hypot(0.0004, 0.0021 / pt),
        "theta_error": 0.0026 / pt,
        "q_over_p_error": np.full(len(pt), 0.015) / pt,
    }


def gun_tracks(n: int, seed: int = 1, *, pull_width: float = 1.0) -> dict[str, np.ndarray]:
    """Flat columns by branch; ``pull_width`` times the errors is what residuals have."""
    rng = np.random.default_rng(seed)
    pt = np.exp(rng.uniform(np.log(0.5), np.log(10.0), n))
    eta, phi = rng.uniform(-2.5, 2.5, n), rng.uniform(-np.pi, np.pi, n)
    charge = rng.choice([-1.0, 1.0], n)
    theta = 2.0 * np.arctan(np.exp(-eta))
    errors = law(pt)
    off = {name: pull_width * errors[f"{name}_error"] * rng.normal(size=n) for name in PARAMETERS}
    vertex = np.repeat(rng.normal(0.0, 40.0, n // PER_EVENT + 1), PER_EVENT)[:n]
    track = {name: np.zeros(n) for name in ON_TRACK} | errors
    track |= {
        "pt": pt,
        "eta": eta,
        "charge": charge,
        "theta": theta + off["theta"],
        "phi": (phi + off["phi"] + np.pi) % (2 * np.pi) - np.pi,
        "d0": off["d0"] + rng.normal(0.0, 0.0085, n),
        "z0": vertex + off["z0"],
        "q_over_p": charge / (pt * np.cosh(eta)) + off["q_over_p"],
        "number_dof": np.full(n, 40.0),
        "chi_squared": rng.chisquare(40.0, n),
        "number_of_pixel_hits": np.full(n, 4.0),
        "number_of_sct_hits": np.full(n, 8.0),
        "number_of_trt_hits": np.where(rng.random(n) < 0.8, 30.0, np.nan),
    }
    track["number_of_trt_outliers"] = 0.0 * track["number_of_trt_hits"]
    kind = charge * rng.choice([211, -11, 321], n)
    truth = {"pdg_id": kind, "pt": pt, "eta": eta, "phi": phi}
    found = {name: np.zeros(n) for name in (*TRUTH, *OF_TRUTH)}
    found |= {f"track_{name}": values for name, values in track.items()}
    return found | {f"truth_track_{name}": values for name, values in truth.items()}


def write_ntuple(path: Path, columns: dict[str, np.ndarray]) -> Path:
    n = len(columns["track_pt"])
    counts = np.full(n // PER_EVENT, PER_EVENT)
    kept = int(counts.sum())
    branches = {name: ak.unflatten(values[:kept], counts) for name, values in columns.items()}
    with uproot.recreate(path) as file:
        groups = {
            prefix: ak.zip({k[len(prefix) + 1 :]: v for k, v in branches.items() if k[:5] == start})
            for prefix, start in (("track", "track"), ("truth_track", "truth"))
        }
        columns = {"event_number": np.arange(len(counts)), **groups}
        file.mktree("events", {name: ak.type(value).content for name, value in columns.items()})
        file["events"].extend(columns)
    return path
