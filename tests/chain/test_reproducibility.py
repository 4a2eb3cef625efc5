"""The same results on one core as on two, and after a run that was killed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from hepchain.execution.orphans import local_orphans
from tests.comparison import assert_same
from tests.workspace import RESULTS, Workspace, copy_of_run, copy_repository

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]


def test_results_do_not_depend_on_the_number_of_cores(chain: Workspace, tmp_path: Path) -> None:
    """Every kind of job again, one after the other; its inputs are those of the first run."""
    other = copy_of_run(chain, tmp_path)
    names = [
        "skimming/higgsino_153_150/tracks-0.parquet",
        "features/higgsino_153_150/features-0.parquet",
        "combination/keras/raw/higgsino_153_150.parquet",
        "combination/keras/working_points.json",
        "selection/higgsino_153_150.json",
        "statistics/higgsino_153_150/result.json",
    ]
    models = ["training/keras/all/fold0", "training/xgboost/silicon/fold1"]
    targets = [f"{RESULTS}/{name}" for name in (*names, *models)]
    run = other.smoke("--force", *targets, cores=1)
    assert run.status == 0, run.output[-6000:]
    assert_same(chain, other, names)


def job_of(workspace: Workspace, process: subprocess.Popen[str]) -> psutil.Process:
    """A job that the run carries out now."""
    end = time.monotonic() + 60
    while not (jobs := local_orphans(workspace.root)):
        assert process.poll() is None, f"ended with {process.returncode}"
        assert time.monotonic() < end
        time.sleep(0.02)
    return jobs[0]


@pytest.fixture
def interrupted(tmp_path: Path) -> Workspace:
    """A run of a part of the chain, killed when its first job was done; another goes on, stopped.

    Before that a second run in the same folder has been refused.
    """
    workspace = copy_repository(tmp_path)
    command = [sys.executable, "-m", "snakemake", "--cores", "2"]
    process = subprocess.Popen(
        [*command, "--configfile", "config/soft_electrons/smoke.yaml", "--", *PART],
        cwd=workspace.root,
        env=workspace.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    while not (workspace.results / FIRST).exists():
        assert process.poll() is None, f"ended with {process.returncode}"
        time.sleep(0.02)
    job_of(workspace, process).suspend()
    second = workspace.smoke("--", *PART)
    assert second.status != 0
    assert re.search(rf"another run goes on in .*process {process.pid} on ", second.output)
    process.kill()
    process.wait()
    return workspace


FIRST = "simulation/minimum_bias_training/generated-0.parquet"
RESULT = [
    "simulation/single_electron/generated-0.json",
    "skimming/single_electron/tracks-0.parquet",
    "features/single_electron/features-0.parquet",
]
PART = [f"{RESULTS}/{RESULT[-1]}"]


def test_killed_run_goes_on(chain: Workspace, interrupted: Workspace) -> None:
    finished = [
        path for path in (interrupted.results).rglob("*.parquet") if not path.name.startswith(".")
    ]
    assert finished
    for path in finished:
        pq.read_table(path)
    assert not (interrupted.results / RESULT[-1]).exists()
    assert local_orphans(interrupted.root)
    run = interrupted.smoke("--", *PART, cores=1)
    assert run.status == 0, run.output[-6000:]
    assert "The last run of this folder was killed" in run.output
    assert re.search(r"Ending \d+ process\(es\) of a killed run", run.output)
    assert_same(chain, interrupted, RESULT)
    assert not list((interrupted.results).rglob(".*.partial-*"))
