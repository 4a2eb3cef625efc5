"""What jobs assume reaches the file that the table of the run is made from."""

from __future__ import annotations

import ast
import logging
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hepchain.assumptions import Kind, assumed
from hepchain.errors import InputError
from hepchain.io import read_json
from hepchain.workflow import job
from tests.workspace import REPOSITORY

LOGGER = logging.getLogger("hepchain.some.stage")


@pytest.fixture
def rule(tmp_path: Path) -> Any:
    output = SimpleNamespace(assumed=str(tmp_path / "assumptions/training/a.json"))
    return SimpleNamespace(log=[str(tmp_path / "a.log")], output=output, wildcards={"tagger": "a"})


def test_a_job_writes_what_it_assumed(rule: Any) -> None:
    with job(rule):
        assumed(LOGGER, Kind.BINS_MERGED, "3 bins are merged into 2", 1, 3)
        LOGGER.warning("nothing that alters a number")
        assumed(LOGGER, Kind.NO_LIMIT, "no limit")
        assumed(LOGGER, Kind.BINS_MERGED, "3 bins are merged into 2", 1, 3)
    content = read_json(rule.output.assumed)
    assert content["wildcards"] == {"tagger": "a"}
    assert content["assumed"] == [
        {"kind": "bins merged", "message": "3 bins are merged into 2", "count": 1, "of": 3},
        {"kind": "no limit", "message": "no limit", "count": None, "of": None},
    ]
    assert "WARNING 3 bins are merged into 2 (1 of 3)" in Path(rule.log[0]).read_text()


def test_a_job_that_runs_again_replaces_its_records(rule: Any) -> None:
    for message in ("first", "second"):
        with job(rule):
            assumed(LOGGER, Kind.MIRRORED, message)
    (record,) = read_json(rule.output.assumed)["assumed"]
    assert record["message"] == "second"
    with job(rule):
        pass
    assert read_json(rule.output.assumed)["assumed"] == []


def test_a_job_that_fails_writes_none(rule: Any) -> None:
    def fail() -> None:
        assumed(LOGGER, Kind.MIRRORED, "of a failed job")
        raise InputError("a.root: damaged")

    with pytest.raises(SystemExit), job(rule):
        fail()
    assert not Path(rule.output.assumed).exists()


NOTHING_ASSUMED = {
    "combination": "reads a calibration, makes none",
    "ensemble": "reads calibrations, makes none",
    "exported_tagger": "copies calibration and thresholds",
    "figure_correlations": "draws numbers that another rule made",
    "figure_loss_curves": "reads what was written of a training",
    "figure_training_comparison": "draws numbers that another rule made",
    "publication": "shows results",
    "scoring_speed": "measures time",
    "figure_tagger_evaluation": "draws numbers that another rule made",
    "tagger_comparison": "draws numbers that another rule made",
    "tagger_performance": "compares scores that another rule made",
}
"""Rules whose code can reach a call of `assumed` in a module of which they use another part."""


def closure(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules of the package that a file imports, and those that they import."""
    seen: set[str] = set()
    pending = [path]
    while pending:
        for node in ast.walk(ast.parse(pending.pop().read_text())):
            if isinstance(node, ast.ImportFrom):
                names = {node.module or ""} | {f"{node.module}.{a.name}" for a in node.names}
                new = (names & known.keys()) - seen
                seen |= new
                pending += [known[name] for name in new]
    return seen


def test_every_rule_that_may_assume_something_has_the_output_for_it() -> None:
    package = REPOSITORY / "src/hepchain"
    modules = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts): path
        for path in package.rglob("*.py")
    }
    assuming = {
        name
        for name, path in modules.items()
        if re.search(r"\bassumed\(\s*(LOGGER|logger)", path.read_text())
    }
    assuming -= {"hepchain.assumptions"}
    assert len(assuming) > 15
    wrong = []
    for rules in (REPOSITORY / "workflow/rules").glob("*.smk"):
        for block in re.split(r"\n(?=rule )", rules.read_text()):
            name = re.match(r"rule (\w+):", block)
            script = re.search(r'script:\s+"\.\./scripts/(\w+)\.py"', block)
            if name is None or script is None or "assumed=f" in block:
                continue
            path = REPOSITORY / f"workflow/scripts/{script[1]}.py"
            if closure(path, modules) & assuming and name[1] not in NOTHING_ASSUMED:
                wrong.append(name[1])
    assert not wrong


def test_warnings_are_assumptions_or_alter_no_number() -> None:
    """A warning elsewhere would be seen in the log of its job alone."""
    known = {"src/hepchain/assumptions.py", "src/hepchain/validation/files.py"}
    found = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "src").rglob("*.py")
        if re.search(r"(?i)\blogger\.warning\(", path.read_text())
    }
    assert found == known
