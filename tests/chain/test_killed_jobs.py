"""A job that is killed leaves nothing that looks finished, and comes to the same result again.

One of each stage, killed at a moment drawn with the seed that a failure prints.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import uproot

from tests.comparison import assert_same
from tests.workspace import RESULTS, SMOKE, Workspace, copy_of_run

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]

SEED = int(os.environ.get("HEPCHAIN_TEST_SEED", "20221107"))
SIGNAL = "higgsino_153_150"
ADDRESS = re.compile(rb'"shared_object_id": \d+')
"""In the description of a network by Keras: where an object lay in memory."""
RESTARTS = 5
"""Tries to kill a job before it is done; the moment halves each time."""


@dataclass(frozen=True)
class Victim:
    """A job by its log, and its outputs."""

    rule: str
    job: str
    outputs: Sequence[str]

    def benchmark(self, workspace: Workspace) -> Path:
        return workspace.results / f"benchmarks/{self.job}.tsv"

    def log(self, workspace: Workspace) -> Path:
        return workspace.results / f"logs/{self.job}.log"


VICTIMS = [
    Victim(
        "generation",
        f"generation/{SIGNAL}-0",
        [f"simulation/{SIGNAL}/generated-0.{suffix}" for suffix in ("parquet", "json")],
    ),
    Victim("response", f"response/{SIGNAL}-0", [f"simulation/{SIGNAL}/ntuple-0.root"]),
    Victim(
        "skimming",
        f"skimming/{SIGNAL}-0",
        [
            f"skimming/{SIGNAL}/{table}"
            for table in ("events-0.parquet", "tracks-0.parquet", "report-0.json")
        ],
    ),
    Victim(
        "features",
        f"features/{SIGNAL}-0",
        [f"features/{SIGNAL}/{table}" for table in ("features-0.parquet", "summary-0.json")],
    ),
    Victim("training", "training/keras-all-fold0", ["training/keras/all/fold0"]),
    Victim(
        "combination", f"combination/xgboost-{SIGNAL}", [f"combination/xgboost/{SIGNAL}.parquet"]
    ),
    Victim(
        "selection",
        f"selection/{SIGNAL}",
        [f"selection/{SIGNAL}.parquet", f"selection/{SIGNAL}.json"],
    ),
    Victim(
        "statistics",
        f"statistics/{SIGNAL}",
        [f"statistics/{SIGNAL}/{name}.json" for name in ("result", "fit")],
    ),
    Victim("figures", "figure_roc", [f"figures/roc.{suffix}" for suffix in ("png", "json")]),
    Victim("export", "export/xgboost", ["export/xgboost"]),
]
IN_EVERY_TEST_RUN = ("export",)


def digests(path: Path) -> dict[str, str]:
    """Name -> digest of each file of a result, archives by what is in them."""
    if path.is_dir():
        return {
            f"{file.relative_to(path)}/{name}": digest
            for file in sorted(path.rglob("*"))
            if file.is_file() and file.name != "metadata.json"
            for name, digest in digests(file).items()
        }
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            return {
                name: hashlib.sha256(ADDRESS.sub(b"", archive.read(name))).hexdigest()
                for name in archive.namelist()
                if name != "metadata.json"
            }
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}


def assert_same_result(first: Workspace, second: Workspace, name: str) -> None:
    path = Path(name)
    if path.suffix in (".parquet", ".json"):
        assert_same(first, second, [name])
        return
    here, there = (workspace.results / name for workspace in (first, second))
    if path.suffix == ".root":
        with uproot.open(here) as one, uproot.open(there) as other:
            arrays = [file["events"].arrays(library="ak").to_list() for file in (one, other)]
            assert repr(arrays[0]) == repr(arrays[1])
        return
    assert digests(here) == digests(there)


def kill_job(workspace: Workspace, victim: Victim, moment: float) -> int:
    """Run a job and kill its processes so long after its log began [s]; the run's status."""
    log = victim.log(workspace)
    log.unlink(missing_ok=True)
    targets = [f"{RESULTS}/{name}" for name in victim.outputs]
    options = [
        "--cores",
        "1",
        "--configfile",
        SMOKE,
        "--force",
        "--",
        *targets,
    ]
    run = subprocess.Popen(
        [sys.executable, "-m", "snakemake", *options],
        cwd=workspace.root,
        env=workspace.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while not log.exists() and run.poll() is None:
        assert time.monotonic() < end, "the job did not begin"
        time.sleep(0.005)
    time.sleep(moment)
    for process in psutil.Process(run.pid).children(recursive=True):
        process.kill()
    return run.wait(timeout=120)


@pytest.fixture(scope="module")
def workspace(chain: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return copy_of_run(chain, tmp_path_factory.mktemp("killed"))


@pytest.mark.parametrize(
    "victim",
    [
        pytest.param(
            victim,
            id=victim.rule,
            marks=[] if victim.rule in IN_EVERY_TEST_RUN else pytest.mark.thorough,
        )
        # From the last stage on, so that what is made again makes nothing else outdated.
        for victim in reversed(VICTIMS)
    ],
)
def test_killed_job(chain: Workspace, workspace: Workspace, victim: Victim) -> None:
    lasted = float(victim.benchmark(chain).read_text().splitlines()[-1].split("\t")[0])
    moment = lasted * random.Random(f"{SEED} {victim.rule}").random()
    results = [workspace.results / name for name in victim.outputs]
    for _ in range(RESTARTS):
        print(f"{victim.rule}: killed {moment:.2f} s after its begin of {lasted:.2f} s")
        if kill_job(workspace, victim, moment) != 0:
            break
        moment /= 2
    else:
        pytest.fail("done before it was killed")
    assert [path for path in results if path.exists()] == []
    again = workspace.smoke("--", *(f"{RESULTS}/{name}" for name in victim.outputs), cores=1)
    assert again.status == 0, again.output[-6000:]
    for name in victim.outputs:
        assert_same_result(chain, workspace, name)
    folders = {path.parent for path in results}
    assert [path for folder in folders for path in folder.glob(".*.partial-*")] == []
