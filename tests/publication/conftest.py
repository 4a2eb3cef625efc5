"""Toy mass points: the workspaces and results that the statistics would write."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from publication_inputs import POINTS, result, workspace

from hepchain.io.structured import write_json
from hepchain.publication.workspaces import Sources


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Files of two approaches of all toy points."""
    results, workspaces = {}, {"loose": {}, "tight": {}}
    for point in POINTS:
        results[point] = tmp_path / point / "result.json"
        write_json(results[point], result(point))
        for approach, paths in workspaces.items():
            paths[point] = tmp_path / point / f"workspace_{approach}.json"
            write_json(paths[point], workspace(point, approach))
    return Sources(results, workspaces)
