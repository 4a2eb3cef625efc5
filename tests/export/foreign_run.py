"""The configuration of a run of ntuples without truth with an exported tagger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.export.conftest import WORKING_POINTS

EVENTS = {"higgsino": 300, "jets": 400, "recorded": 200}
"""Sample -> events in its file."""
CROSS_SECTION_PB = {"higgsino": 0.5, "jets": 9.1}
GENERATED = 1e6
"""Sum of weights of each simulated sample, before any filter."""


def samples() -> dict[str, Any]:
    """A signal, a background and data, each in a file of its name."""
    found: dict[str, Any] = {
        name: {"files": [f"foreign/{name}.root"], "ntuple": "foreign", "role": "data"}
        for name in EVENTS
    }
    for name, role in (("higgsino", "signal"), ("jets", "background")):
        found[name] |= {
            "role": role,
            "cross_section_pb": CROSS_SECTION_PB[name],
            "scale_factor": 1.0,
            "branching_fraction": 1.0,
            "sum_of_weights": GENERATED,
        }
    found["higgsino"]["masses"] = {"n2": 155.0, "n1": 150.0}
    return found


def configuration(folder: Path) -> dict[str, Any]:
    """A run of these samples with the tagger exported to this folder, and no other."""
    return {
        "samples": "foreign/samples.yaml",
        "training": {
            "taggers": {
                "keras": None,
                "xgboost": None,
                "theirs": {"kind": "exported", "folder": str(folder)},
            },
            "reference": "theirs",
            "categories": ["trt_calorimeter", "calorimeter", "trt"],
        },
        "skimming": {"tracks": {"quality": None, "max_abs_d0": None, "max_z0_sin_theta": None}},
        "combination": {
            "working_points": {
                "sample": "higgsino",
                "fake_rate": WORKING_POINTS.fake_rate,
                "pt_edges": WORKING_POINTS.pt_edges,
                "others": WORKING_POINTS.others,
            }
        },
        "selection": {"tagger": "theirs"},
        "studies": {"tagger": "theirs"},
        "statistics": {
            "approaches": {"matched_electron": None, "matched_azimuth": None},
            "bootstrap_replicas": 50,
        },
        "figures": {"formats": ["png"]},
    }
