from __future__ import annotations

import pytest

from tests.workspace import Workspace, copy_repository


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the repository without results; the tests here run nothing but dry runs."""
    return copy_repository(tmp_path_factory.mktemp("repository"))
