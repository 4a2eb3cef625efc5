"""Packages of a release in PYTHONPATH are refused by name, others are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import ExecutionError
from hepchain.execution.packages import check_packages
from tests.workspace import REPOSITORY


def with_path(command: list[str], *folders: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(map(str, folders))
    return subprocess.run(
        [sys.executable, *command],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with packages that cannot be imported, as those for another Python.

    Of others Snakemake itself would not start.
    """
    for name in ("awkward", "uproot"):
        (tmp_path / "release" / name).mkdir(parents=True)
        (tmp_path / "release" / name / "__init__.py").write_text("raise ImportError('other')")
    return tmp_path / "release"


@pytest.mark.parametrize(
    "command", [["-m", "hepchain.cli", "config", "check"], ["-m", "snakemake", "-n", "-q", "all"]]
)
def test_packages_of_a_release_are_told(release: Path, command: list[str]) -> None:
    done = with_path(command, release)
    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert f"awkward, uproot of {release}" in told
    assert "unset PYTHONPATH" in told
    assert "Traceback" not in told


def test_other_folders_are_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{REPOSITORY / 'src'}{os.pathsep}")
    check_packages()
    done = with_path(["-m", "hepchain.cli", "version"], tmp_path, REPOSITORY / "src")
    assert done.returncode == 0, done.stderr


def test_without_the_variable_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    check_packages()
    first = Path(np.__file__).parent.parent
    monkeypatch.setenv("PYTHONPATH", str(first))
    with pytest.raises(ExecutionError, match="numpy"):
        check_packages()
