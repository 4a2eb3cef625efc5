"""What a job says of itself: natural sizes, the line in its log, its peak."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hepchain.execution.usage import Usage, output_names, peak_memory_mb, size_mb, usage_of, work_of
from hepchain.workflow import job


class Named(list[str]):
    """A list of paths, some with names, as Snakemake hands it to scripts."""

    def __init__(self, **named: list[str]) -> None:
        super().__init__(path for paths in named.values() for path in paths)
        for name, paths in named.items():
            setattr(self, name, paths)


def settings(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**values)


@pytest.mark.parametrize(
    ("params", "inputs", "expected"),
    [
        (settings(events=3500), Named(), 3500.0),
        (settings(), Named(tracks=["a", "b"]), 3.0),
        (settings(), Named(generated=["a"], library=["b", "c"]), 1.0),
        (settings(settings={"epochs": 30}, folds=2), Named(features=["a", "b"]), 45.0),
        (settings(settings={"trees": 300}, folds=5), Named(features=["b"]), 480.0),
        (settings(settings={"kind": "cuts"}, folds=2), Named(features=["b"]), 2.0),
    ],
)
def test_natural_size(params: Any, inputs: Named, expected: float) -> None:
    assert work_of(params, inputs, {"a": 1.0, "b": 2.0, "c": 4.0}) == pytest.approx(expected)


def test_size_of_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a").write_bytes(bytes(1500))
    (tmp_path / "below/b").write_bytes(bytes(500))
    assert size_mb(str(tmp_path / "a")) == 0.0015
    assert size_mb(str(tmp_path)) == 0.002
    assert size_mb(str(tmp_path / "absent")) == 0.0


def test_names_of_outputs_do_not_depend_on_formats() -> None:
    few = output_names(["mass.png", "mass.json"])
    many = output_names(["mass.png", "mass.pdf", "mass.svg", "mass.json"])
    assert few == {name: many[name] for name in few}


def test_peak_stays_after_memory_is_given_back() -> None:
    array = np.ones(20_000_000)
    before = peak_memory_mb()
    assert before > 160.0
    del array
    assert peak_memory_mb() >= 0.99 * before  # the kernel counts in batches


def snakemake(folder: Path, output: bytes = b"x" * 3000) -> SimpleNamespace:
    (folder / "in").write_bytes(bytes(2000))
    (folder / "out.json").write_bytes(output)
    return SimpleNamespace(
        rule="skimming",
        wildcards={"sample": "a", "part": "0"},
        threads=2,
        resources={"mem_mb": 700, "gpu": 0},
        params=settings(),
        input=Named(ntuple=[str(folder / "in")]),
        output=[str(folder / "out.json")],
        log=[str(folder / "logs/a.log")],
    )


def test_a_job_says_what_it_used(tmp_path: Path) -> None:
    description = snakemake(tmp_path)
    with job(description):
        pass
    found = Usage.in_log((tmp_path / "logs/a.log").read_text())
    assert found is not None
    assert (found.rule, found.wildcards) == ("skimming", {"sample": "a", "part": "0"})
    assert (found.threads, found.asked_mb) == (2, 700.0)
    assert (found.work, found.input_mb, found.output_mb) == (0.002, 0.002, {".json": 0.003})
    assert found.memory_mb == pytest.approx(peak_memory_mb(), rel=0.1)
    assert found.cpu_seconds > 0.0


def test_nothing_fails_because_it_cannot_be_said(tmp_path: Path) -> None:
    with job(SimpleNamespace(log=[str(tmp_path / "a.log")], input=[])) as logger:
        assert logger.level == logging.INFO
    assert Usage.in_log((tmp_path / "a.log").read_text()) is None


@pytest.mark.parametrize("text", ["", "12:00:00 INFO used: {", '12:00:00 INFO used: {"rule": "a"}'])
def test_unreadable_lines_are_none(text: str) -> None:
    assert Usage.in_log(text) is None


def test_the_last_line_counts(tmp_path: Path) -> None:
    usage = usage_of(snakemake(tmp_path))
    text = f"12:00:00 INFO {usage.line()}\n12:00:01 INFO more\n"
    assert Usage.in_log("12:00:00 INFO used: {}\n" + text) == usage
