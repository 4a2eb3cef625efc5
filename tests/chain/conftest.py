"""The chain as a whole, run once, small, in a copy of the repository; all tests here look at it.

They are marked to share one worker of pytest-xdist (`--dist loadgroup`), so that the chain runs
once.
"""

from __future__ import annotations

import pytest

from tests.workspace import Workspace, copy_repository


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the repository with the results of the small run, made on two cores."""
    workspace = copy_repository(tmp_path_factory.mktemp("chain"))
    run = workspace.smoke(timeout=3600)
    print(f"whole chain: {run.seconds:.0f} s")
    assert run.status == 0, run.output[-6000:]
    return workspace
