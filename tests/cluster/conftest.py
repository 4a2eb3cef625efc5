"""A real SLURM on this machine; see slurm.sh. What was running before is left running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.slurm_runs import CONFIGS, TARGETS, script
from tests.workspace import Workspace, copy_of_run, copy_repository


@pytest.fixture(scope="session", autouse=True)
def cluster() -> Iterator[None]:
    """The cluster, started if it is not there."""
    runs = script("status").returncode == 0
    if not runs:
        possible = script("available")
        if possible.returncode != 0:
            pytest.skip(f"no SLURM to test on: {possible.stderr.strip()}")
    done = script("up", timeout=600)
    assert done.returncode == 0, done.stderr
    yield
    if not runs:
        done = script("down")
        assert done.returncode == 0, done.stderr
        daemons = script("status").stdout.splitlines()
        assert daemons
        assert [line for line in daemons if not line.endswith(" -")] == [], "left running"


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, float]:
    """The chain without a cluster, small, and the seconds it took."""
    workspace = copy_repository(tmp_path_factory.mktemp("local"))
    run = workspace.snakemake("--configfile", *CONFIGS, "--", *TARGETS)
    assert run.status == 0, run.output[-6000:]
    return workspace, run.seconds


@pytest.fixture
def unfinished(local: tuple[Workspace, float], tmp_path: Path) -> Workspace:
    """A folder with all results of a run, to remove some and have them made on the cluster."""
    return copy_of_run(local[0], tmp_path)
