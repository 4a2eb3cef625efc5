"""The chain as a whole, run once, small, in a copy of the repository; all tests here look at it.

Each worker of pytest-xdist has a copy of its own of that run, so that the tests share the cores.
"""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from workspace import Workspace, copy_repository


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Workspace:
    """A copy of the repository with the results of config/smoke.yaml, made on two cores."""
    base = tmp_path_factory.getbasetemp()
    # Under xdist each worker has a folder of its own below the one of the session.
    session = base if worker_id == "master" else base.parent
    first = session / "whole-chain"
    with (session / "whole-chain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (session / "whole-chain.done").exists():
            _run_chain(first)
            (session / "whole-chain.done").touch()
    own = tmp_path_factory.mktemp("chain")
    shutil.copytree(first, own, symlinks=True, dirs_exist_ok=True)
    return Workspace(own)


def _run_chain(target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    run = copy_repository(target).smoke(timeout=3600)
    print(f"whole chain: {run.seconds:.0f} s")
    assert run.status == 0, run.output[-6000:]
