"""A run of ntuples without truth with an exported tagger: from the files to figures, nothing trained."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.config.skimming import TrackSelection
from hepchain.export.export import Files, Task, export
from hepchain.export.ntuple import score_ntuple
from hepchain.export.scorer import ExportedTagger
from hepchain.io import read_parquet
from hepchain.labels import Label
from tests.export.conftest import WORKING_POINTS
from tests.export.foreign_ntuples import write_map, write_ntuple
from tests.workspace import RESULTS, Workspace, copy_repository, job_counts

pytestmark = pytest.mark.xdist_group("export")

TRACKS = TrackSelection(pt=(0.5, 5.0), max_abs_eta=2.5)
EVENTS = {"higgsino": 300, "jets": 400, "recorded": 200}
CROSS_SECTION_PB = {"higgsino": 0.5, "jets": 9.1}
TARGETS = [f"{RESULTS}/figures/{name}.png" for name in ("yields", "mass")]


@pytest.fixture(scope="module")
def tagger(run: tuple[Task, Files], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exported as one that needs no hit counts."""
    folder = tmp_path_factory.mktemp("tagger") / "toy"
    export(dataclasses.replace(run[0], tracks=TRACKS), run[1], folder)
    return folder


def samples() -> dict[str, Any]:
    told = {"scale_factor": 1.0, "branching_fraction": 1.0}
    return {
        name: {
            "role": {"higgsino": "signal", "jets": "background"}.get(name, "data"),
            "files": [f"foreign/{name}.root"],
            "ntuple": "foreign",
            **(
                {
                    "cross_section_pb": CROSS_SECTION_PB[name],
                    "sum_of_weights": 1e6,
                    "override_sum_of_weights": True,
                    **told,
                }
                if name in CROSS_SECTION_PB
                else {}
            ),
            **({"masses": {"n2": 155.0, "n1": 150.0}} if name == "higgsino" else {}),
        }
        for name in EVENTS
    }


def configuration(folder: Path | str, **more: Any) -> dict[str, Any]:
    """A run of these samples with the exported tagger alone."""
    taggers = {"keras": None, "xgboost": None, "theirs": {"kind": "exported", "folder": str(folder)}}
    return {
        "samples": "foreign/samples.yaml",
        "training": {
            "taggers": taggers,
            "reference": "theirs",
            "categories": ["trt_calorimeter", "calorimeter", "trt"],
        },
        "skimming": {
            "tracks": {"quality": None, "max_abs_d0": None, "max_z0_sin_theta": None},
        },
        "combination": {
            "working_points": {
                "sample": "higgsino",
                "fake_rate": WORKING_POINTS.fake_rate,
                "pt_edges": WORKING_POINTS.pt_edges,
            }
        },
        "selection": {"tagger": "theirs"},
        "studies": {"tagger": "theirs"},
        "statistics": {"on_insufficient": "report", "bootstrap_replicas": 50},
        "figures": {"formats": ["png"]},
        **more,
    }


@pytest.fixture(scope="module")
def workspace(tagger: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = copy_repository(tmp_path_factory.mktemp("foreign"))
    folder = workspace.root / "foreign"
    folder.mkdir()
    write_map(workspace.root / "config/ntuples/foreign.yaml")
    for seed, (name, events) in enumerate(EVENTS.items(), start=5):
        write_ntuple(folder / f"{name}.root", events, seed, electrons=name == "higgsino")
    (folder / "samples.yaml").write_text(json.dumps(samples()))
    workspace.write_config("mine.yaml", configuration(tagger))
    return workspace


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> Path:
    run = workspace.snakemake(*TARGETS, "--configfile", "mine.yaml")
    assert run.status == 0, run.output
    return workspace.results


def test_x(results):
    pass
