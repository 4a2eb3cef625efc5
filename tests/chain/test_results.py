"""What the whole chain leaves behind: every file of the contracts, whole, and no other."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tests.chain.numbers_of_taggers
import tests.chain.numbers_of_yields  # noqa: F401 (each registers its readers)
from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.config.samples import Role
from tests.chain.same_numbers import READERS, Results, agree, pairs, told
from tests.report.browser import opened
from tests.soft_electrons import default_with, load
from tests.workspace import RESULTS, Workspace

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]


@pytest.fixture
def run(chain: Workspace, monkeypatch: pytest.MonkeyPatch) -> SoftElectronsConfig:
    """The configuration the chain ran with."""
    monkeypatch.chdir(chain.root)
    return load(default_with("config/soft_electrons/smoke.yaml"))


def numbers(content: Any) -> Iterator[float]:
    """All numbers in a JSON document."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from numbers(item)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)


def test_files_of_the_contracts(chain: Workspace, run: SoftElectronsConfig) -> None:
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
            f"selection/forced/{name}.{kind}"
            for name in run.simulation.forced_electrons
            for kind in ("parquet", "json")
        ),
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
            for tagger in run.training.listed
            for category in run.training.categories_of(tagger)
            for fold in range(run.features.folds)
        ),
    ]
    missing = [name for name in expected if not (chain.results / name).exists()]
    assert not missing


def test_figures_in_every_format(chain: Workspace, run: SoftElectronsConfig) -> None:
    folder = chain.results / "figures"
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
    results = chain.results
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


NESTED_MB = 200
"""Memory of a cluster job beside its stage: two processes of Snakemake, as measured with SLURM."""


def test_requests_fit_what_jobs_use(chain: Workspace) -> None:
    """Enough memory for the hungriest job of each rule, and not more than twice what it uses."""
    asked, used = Counter[str](), Counter[str]()
    for log in chain.root.glob("results/**/logs/**/*.log"):
        found = re.search(r"memory (\d+) MB of (\d+) MB asked for", log.read_text())
        assert found, log
        rule = log.relative_to(next(path for path in log.parents if path.name == "logs")).parts[0]
        used[rule] = max(used[rule], int(found[1]) + NESTED_MB)
        asked[rule] = max(asked[rule], int(found[2]))
    assert len(used) > 30
    ratios = {rule: asked[rule] / used[rule] for rule in used}
    assert {rule: ratio for rule, ratio in ratios.items() if not 1.0 <= ratio <= 2.0} == {}


def test_no_temporary_file_is_left(chain: Workspace) -> None:
    assert not list((chain.results).rglob(".*.partial-*"))


def test_numbers_are_finite(chain: Workspace) -> None:
    files = sorted(chain.root.glob(f"{RESULTS}/*/**/*.json"))
    assert files
    for path in files:
        assert all(math.isfinite(number) for number in numbers(json.loads(path.read_text()))), path


def test_same_number_in_every_result(chain: Workspace, run: SoftElectronsConfig) -> None:
    """What stands in two files is the same in both, found by what it is of, never by its place."""
    numbers_told = list(told(Results(chain.results, run)))
    found = list(pairs(numbers_told))
    assert [(one, other) for one, other in found if not agree(one, other)] == []
    assert len({one.fact for one, _ in found}) > 150
    compared = {number.file for both in found for number in both}
    assert {number.file for number in numbers_told} - compared == set()
    # Without enough events there are no fits.
    assert READERS.keys() - compared <= {"statistics/*/fit.json"}


def test_cut_flows_fall(chain: Workspace, run: SoftElectronsConfig) -> None:
    for name in run.of_role(Role.SIGNAL, Role.BACKGROUND):
        flows = json.loads((chain.results / f"selection/{name}.json").read_text())
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


def test_report_shows_every_figure(chain: Workspace) -> None:
    page = (chain.results / "report.html").read_text(encoding="utf-8")
    assert len(page) < 15_000_000
    pictures = [path.stem for path in (chain.results / "figures").glob("*.png")]
    assert len(pictures) > 20
    assert [name for name in pictures if f'id="figure-{name}"' not in page] == []
    # Neither texts that docutils cannot read nor expressions that are left.
    assert "system-message" not in page
    assert "{{" not in page


def test_browser_opens_the_report(chain: Workspace) -> None:
    page = opened(chain.results / "report.html")
    assert page.console == []
    assert "</html>" in page.text


def test_report_of_snakemake_has_all_pictures(chain: Workspace) -> None:
    run = chain.smoke("--report", f"{RESULTS}/provenance.html")
    assert run.status == 0, run.output
    text = (chain.results / "provenance.html").read_text()
    assert len(text) > 100_000
    pictures = [path.name for path in (chain.results / "figures").glob("*.png")]
    assert [name for name in pictures if name not in text] == []


def test_ntuple_of_the_chain_passes_the_check(chain: Workspace) -> None:
    ntuple = f"{RESULTS}/simulation/higgsino_153_150/ntuple-0.root"
    kept = (chain.root / ntuple).exists()
    if not kept:
        pytest.skip("ntuples are temporary files of the run")
    check = chain.run("hepchain.cli", "ntuple", "check", ntuple, "--map", _map(chain.root))
    assert check.status == 0, check.output


def _map(root: Path) -> str:
    return str(root / "config/ntuples/hepchain.yaml")


def test_page_and_files_count_the_same_comparisons(chain: Workspace) -> None:
    folder = chain.results / "validation"
    records = [record for path in folder.glob("*.json") for record in json.loads(path.read_text())]
    verdicts = Counter(record["assessment"]["verdict"] for record in records)
    page = (folder / "validation.html").read_text(encoding="utf-8")
    assert f"{len(records)} comparisons" in page
    shown = re.findall(r'col0 \w+" >([^<]*)</td>', page)
    assert Counter(shown) == verdicts
    for verdict, count in verdicts.items():
        assert f"{verdict}: {count}" in page
