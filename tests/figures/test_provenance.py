"""Tables of what a run assumed and of what its yields are made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.figures import assumptions, normalisation
from hepchain.figures.tabulate import as_csv, as_html
from hepchain.io import write_json
from hepchain.skimming.normalisation import GeneratorMetadata, SampleNormalisation, normalise
from tests.figures.figure_inputs import lines_of


def record(kind: str, message: str, count: int | None = None, of: int | None = None) -> Any:
    return {"kind": kind, "message": message, "count": count, "of": of}


@pytest.fixture
def jobs(tmp_path: Path) -> list[Path]:
    contents = {
        "skimming/a-0": [record("branch absent", "the ntuple lacks mu")],
        "skimming/a-1": [record("branch absent", "the ntuple lacks mu")],
        "training/b-silicon-fold0": [record("domain of a logarithm left", "variable x", 2, 10)],
        "training/b-silicon-fold1": [record("domain of a logarithm left", "variable x", 1, 20)],
        "correlations": [],
    }
    for name, items in contents.items():
        write_json(tmp_path / f"{name}.json", {"wildcards": {}, "assumed": items})
    return [tmp_path / f"{name}.json" for name in contents]


def test_what_jobs_of_a_rule_say_alike_is_one_line(tmp_path: Path, jobs: list[Path]) -> None:
    table = assumptions.table(assumptions.read(jobs, tmp_path), len(jobs))
    first, second = lines_of(table)
    assert first == ["branch absent", "the ntuple lacks mu", "skimming", "a-0, a-1", "", ""]
    jobs_of_second = "b-silicon-fold0, b-silicon-fold1"
    meaning = ["domain of a logarithm left", "variable x", "training"]
    assert second == [*meaning, jobs_of_second, "3", "30"]
    assert f"{','.join(meaning)}," in as_csv([table])
    assert "Of 5 jobs" in as_html([table])


def test_a_run_that_assumed_nothing_says_so(tmp_path: Path, jobs: list[Path]) -> None:
    table = assumptions.table(assumptions.read(jobs[-1:], tmp_path), 1)
    assert table.frame.empty
    assert "None of 1 jobs assumed anything" in as_html([table])


def test_a_file_of_another_form_is_named(tmp_path: Path) -> None:
    write_json(tmp_path / "correlations.json", {})
    with pytest.raises(InputError, match=r"correlations\.json: no key"):
        assumptions.read([tmp_path / "correlations.json"], tmp_path)


def test_factors_of_a_yield_stand_with_their_product(tmp_path: Path) -> None:
    config = SampleNormalisation("w", Role.BACKGROUND, "generator", 1.3, 0.5, None)
    gun = SampleNormalisation("gun", Role.TRAINING, None, None, None, None)
    paths = []
    for item in (config, gun):
        paths.append(tmp_path / f"{item.sample}.json")
        write_json(paths[-1], normalise(item, [GeneratorMetadata("a", 2000.0, 4.0)]))
    table = normalisation.table(normalisation.read(paths), {"w": "W + jets"})
    rows = [dict(zip(table.frame, row, strict=True)) for row in lines_of(table)]
    assert rows[0]["Sample"] == "W + jets"
    assert lines_of(table)[0][2:10] == [
        *("4.0000", "generator", "1.3000", "configuration"),
        *("0.50000", "configuration", "2000.0", "generator"),
    ]
    assert float(rows[0]["Events per fb⁻¹ before any cut"]) == pytest.approx(1e3 * 4.0 * 1.3 * 0.5)
    assert rows[1]["Events per fb⁻¹ before any cut"] == "–"
