"""The order in which files have their keys changes no result."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.chain.rerun_plans import turn
from tests.comparison import COMPARABLE, assert_same
from tests.workspace import Workspace, copy_repository

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain"), pytest.mark.thorough]

TIMED = (
    "speed.json",
    "tagger_comparison.",
    "tagger_performance.",
    "metadata.json",
    "model_card.json",
    "MODEL_CARD.md",
    "report.html",
)
"""Names of files that say how long something took, or hold digests of those that do."""
AS_BYTES = (".csv", ".html", ".png")


def results(workspace: Workspace) -> set[str]:
    folder = workspace.results
    paths = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {
        str(path)
        for path in paths
        if path.parts[0] not in ("logs", "benchmarks") and not path.name.startswith((".", *TIMED))
    }


def test_files_turned_round_give_the_same_results(chain: Workspace, tmp_path: Path) -> None:
    other = copy_repository(tmp_path)
    for path in (other.root / "config").rglob("*.yaml"):
        content = turn(yaml.safe_load(path.read_text()))
        path.write_text(yaml.safe_dump(content, sort_keys=False))
    run = other.smoke()
    assert run.status == 0, run.output[-6000:]
    names = results(chain)
    assert results(other) == names
    assert_same(chain, other, [name for name in names if Path(name).suffix in COMPARABLE])
    pictures = [name for name in names if Path(name).suffix in AS_BYTES]
    assert pictures
    for name in pictures:
        here, there = (item.results / name for item in (chain, other))
        assert here.read_bytes() == there.read_bytes(), name
