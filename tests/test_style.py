"""Style and types, as `make lint` checks them: here beside the other tests, on the second core."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workspace import REPOSITORY


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("snakefmt", "--check", "Snakefile", "workflow/rules"),
        ("mypy",),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_house_style(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run(
        [program, *command[1:]], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
