"""What the whole chain leaves behind: every file of the contracts, whole, and no other."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hepchain.config.loader import load_run, read_configs
from hepchain.config.run import RunConfig
from hepchain.config.samples import Role
from hepchain.execution.benchmarks import read_measurements
from hepchain.execution.resources import rule_uses
from workspace import Workspace

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]


@pytest.fixture
def run(chain: Workspace, monkeypatch: pytest.MonkeyPatch) -> RunConfig:
    """The configuration the chain ran with."""
    monkeypatch.chdir(chain.root)
    return load_run(read_configs(["config/config.yaml", "config/smoke.yaml"]))


def numbers(content: Any) -> Iterator[float]:
    """All numbers in a JSON document."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from numbers(item)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)


def test_files_of_the_contracts(chain: Workspace, run: RunConfig) -> None:
    analysed = run.of_role(Role.SIGNAL, Role.BACKGROUND)
    expected = [
        *(f"skimming/{name}/normalisation.json" for name in analysed),
        *(
            f"skimming/{name}/{kind}-0.parquet"
            for name in analysed
            for kind in ("events", "tracks")
        ),
        *(f"features/{name}/features-0.parquet" for name in run.of_role(Role.TRAINING)),
        *(f"combination/{run.selection.tagger}/{name}.parquet" for name in analysed),
        f"combination/{run.selection.tagger}/working_points.json",
        *(
            f"export/{run.selection.tagger}/{category}-fold{fold}.onnx"
            for category in run.training.categories
            for fold in range(run.features.folds)
        ),
        f"export/{run.selection.tagger}/tagger.json",
        f"export/{run.selection.tagger}/MODEL_CARD.md",
        *(f"selection/{name}.{kind}" for name in analysed for kind in ("parquet", "json")),
        *(
            f"statistics/{name}/{file}.json"
            for name in run.of_role(Role.SIGNAL)
            for file in (
                "result",
                "fit",
                "working_point_scan",
                "workspace_control_region",
                *(f"workspace_{use}" for use in run.statistics.approaches),
            )
        ),
        *(
            f"training/{tagger}/{category}/fold{fold}"
            for tagger in run.training.taggers
            for category in run.training.categories_of(tagger)
            for fold in range(run.features.folds)
        ),
    ]
    missing = [name for name in expected if not (chain.root / "results" / name).exists()]
    assert not missing


def test_figures_in_every_format(chain: Workspace, run: RunConfig) -> None:
    folder = chain.root / "results/figures"
    pictures = sorted(folder.glob("*.png"))
    assert len(pictures) > 5
    missing = [
        picture.with_suffix(f".{suffix}").name
        for picture in pictures
        for suffix in (*run.figures.formats, "json")
        if not picture.with_suffix(f".{suffix}").stat().st_size
    ]
    assert not missing


def test_every_job_left_a_log_and_a_benchmark(chain: Workspace) -> None:
    results = chain.root / "results"
    logs = sorted(path.relative_to(results / "logs") for path in results.glob("logs/**/*.log"))
    benchmarks = sorted(
        path.relative_to(results / "benchmarks") for path in results.glob("benchmarks/**/*.tsv")
    )
    assert len(logs) > 50
    assert [path.with_suffix("") for path in logs] == [path.with_suffix("") for path in benchmarks]
    unfinished = [
        str(path) for path in logs if not (results / "logs" / path).read_text().endswith("done\n")
    ]
    assert not unfinished


def test_requests_fit_what_jobs_use(chain: Workspace) -> None:
    """As `hepchain resources` has it: enough memory, and not more than twice what is used."""
    jobs = read_measurements(chain.root / "results")
    assert all(job.usage is not None for job in jobs)
    uses = rule_uses(jobs)
    assert {use.rule: use for use in uses if not 1.0 <= (use.asked_over_used or 0.0) <= 2.0} == {}


def test_no_temporary_file_is_left(chain: Workspace) -> None:
    assert not list((chain.root / "results").rglob(".*.partial-*"))


def test_numbers_are_finite(chain: Workspace) -> None:
    files = sorted(chain.root.glob("results/*/**/*.json"))
    assert files
    for path in files:
        assert all(math.isfinite(number) for number in numbers(json.loads(path.read_text()))), path


def test_cut_flows_fall(chain: Workspace, run: RunConfig) -> None:
    for name in run.of_role(Role.SIGNAL, Role.BACKGROUND):
        flows = json.loads((chain.root / f"results/selection/{name}.json").read_text())
        steps = list(_flows(flows))
        assert steps, name
        for flow in steps:
            events = [step["events"] for step in flow]
            assert events == sorted(events, reverse=True), name


def _flows(content: Any) -> Iterator[list[dict[str, Any]]]:
    """The lists of cuts in a cut-flow file."""
    if isinstance(content, list) and content and "events" in content[0]:
        yield content
    elif isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from _flows(item)


def test_report_with_captions(chain: Workspace) -> None:
    run = chain.smoke("--report", "results/report.html")
    assert run.status == 0, run.output
    text = (chain.root / "results/report.html").read_text()
    assert len(text) > 100_000
    pictures = [path.name for path in (chain.root / "results/figures").glob("*.png")]
    assert [name for name in pictures if name not in text] == []


def test_ntuple_of_the_chain_passes_the_check(chain: Workspace) -> None:
    ntuple = "results/simulation/higgsino_153_150/ntuple-0.root"
    kept = (chain.root / ntuple).exists()
    if not kept:
        pytest.skip("ntuples are temporary files of the run")
    check = chain.run("hepchain.cli", "ntuple", "check", ntuple, "--map", _map(chain.root))
    assert check.status == 0, check.output


def _map(root: Path) -> str:
    return str(root / "config/ntuples/hepchain.yaml")
