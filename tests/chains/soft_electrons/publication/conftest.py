"""Toy mass points: the workspaces and results that the statistics would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain.io.structured import write_json
from tests.chains.soft_electrons.publication.publication_inputs import (
    POINTS,
    Written,
    result,
    workspace,
)


@pytest.fixture
def sources(tmp_path: Path) -> Written:
    """Files of two approaches of all toy points."""
    results: dict[str, Path] = {}
    workspaces: dict[str, dict[str, Path]] = {"loose": {}, "tight": {}}
    for point in POINTS:
        results[point] = tmp_path / point / "result.json"
        write_json(results[point], result(point))
        for approach, paths in workspaces.items():
            paths[point] = tmp_path / point / f"workspace_{approach}.json"
            write_json(paths[point], workspace(point, approach))
    return Written(results, workspaces)
