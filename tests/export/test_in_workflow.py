"""A run of ntuples without truth with an exported tagger: from files to figures, none trained."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from hepchain.export.export import Files, Task, export
from hepchain.export.manifest import Manifest
from hepchain.export.ntuple import score_ntuple
from hepchain.export.scorer import ExportedTagger
from hepchain.io import read_json, read_parquet
from hepchain.labels import Label
from tests.export.foreign_ntuples import write_map, write_ntuple
from tests.export.foreign_run import CROSS_SECTION_PB, EVENTS, GENERATED, configuration, samples
from tests.workspace import RESULTS, Workspace, copy_repository, job_counts

pytestmark = [pytest.mark.xdist_group("export"), pytest.mark.thorough]

TARGETS = [f"{RESULTS}/figures/{name}.png" for name in ("yields", "mass")]
LUMINOSITY = 139.0
BEHIND_SCORES = {"combination", "selection", "statistics", "figure_yields", "figure_mass"}


@pytest.fixture(scope="module")
def workspace(for_tracks_without_hits: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = copy_repository(tmp_path_factory.mktemp("foreign"))
    folder = workspace.root / "foreign"
    folder.mkdir()
    write_map(workspace.root / "config/ntuples/foreign.yaml")
    for seed, (name, events) in enumerate(EVENTS.items(), start=5):
        write_ntuple(folder / f"{name}.root", events, seed, electrons=name == "higgsino")
    (folder / "samples.yaml").write_text(json.dumps(samples()))
    workspace.write_config("mine.yaml", configuration(for_tracks_without_hits))
    return workspace


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> Path:
    run = workspace.snakemake(*TARGETS, "--configfile", "mine.yaml")
    assert run.status == 0, run.output
    return workspace.results


def test_scores_are_those_of_the_exported_tagger(
    workspace: Workspace, results: Path, for_tracks_without_hits: Path, tmp_path: Path
) -> None:
    tagger = ExportedTagger.load(for_tracks_without_hits)
    ntuple_map = workspace.root / "config/ntuples/foreign.yaml"
    for name in EVENTS:
        output = tmp_path / f"{name}.parquet"
        score_ntuple(workspace.root / f"foreign/{name}.root", ntuple_map, tagger, output)
        expected = read_parquet(output)
        found = read_parquet(results / f"combination/theirs/{name}.parquet")
        for column in ("event_number", "track_index", "raw"):
            assert np.array_equal(found[column], expected[column])
        trained = np.asarray(found["raw"]) > 0.0
        assert 0.5 < trained.mean() < 1.0
        assert np.array_equal(found["score"][trained], expected["score"][trained])
        assert set(np.asarray(found["label"])) == {Label.UNKNOWN}


def test_yields_are_cross_section_times_share_that_passes(
    results: Path, for_tracks_without_hits: Path
) -> None:
    """Every event has one candidate, which passes if its score is above the exported threshold."""
    result = read_json(results / "statistics/higgsino/result.json")
    approaches = {item["name"]: item for item in result["approaches"]}
    threshold = Manifest.read(for_tracks_without_hits).working_points["mean"].overall
    for sample, role in (("higgsino", "signal"), ("jets", "background")):
        score = read_parquet(results / f"combination/theirs/{sample}.parquet")["score"]
        passing = float(np.mean(np.asarray(score) > threshold))
        every = CROSS_SECTION_PB[sample] * 1000.0 * LUMINOSITY * EVENTS[sample] / GENERATED
        assert approaches["without_tagger"][role]["value"] == pytest.approx(every)
        assert approaches["with_tagger"][role]["value"] == pytest.approx(every * passing)
        assert 0.0 < passing < 1.0
    assert approaches["with_tagger"]["limit"] is not None


def test_nothing_is_trained_and_data_stay_closed(results: Path) -> None:
    assert not (results / "training").exists()
    assert not (results / "simulation").exists()
    closed = read_parquet(results / "selection/recorded.parquet")
    assert len(closed) > 0
    assert not np.asarray(closed["passes_tagger"]).any()


def test_another_tagger_repeats_the_scores_and_what_follows(
    workspace: Workspace,
    results: Path,
    run: tuple[Task, Files],
    for_tracks_without_hits: Path,
    tmp_path: Path,
) -> None:
    tracks = Manifest.read(for_tracks_without_hits).tracks
    export(dataclasses.replace(run[0], tagger="other", tracks=tracks), run[1], tmp_path / "other")
    config = workspace.write_config("other.yaml", configuration(tmp_path / "other"))
    plan = workspace.snakemake("-n", "-q", "rules", "--configfile", config)
    assert plan.status == 0, plan.output
    planned = set(job_counts(plan.output))
    assert BEHIND_SCORES | {"exported_scoring", "exported_tagger"} <= planned
    assert {"figure_cutflow", "figure_sensitivity", "summary", "report"} <= planned
    assert not {"normalisation", "skimming", "features"} & planned
    # Neither does the default target ask for what needs truth.
    assert not {"training", "calibration", "working_points", "scoring", "figure_roc"} & planned
    assert not {"tagger_evaluation", "export", "working_point_scan", "correlations"} & planned
