"""Style and types, as `make lint` checks them: here beside the other tests, on the second core."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.workspace import REPOSITORY


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


def test_hooks_of_pre_commit_are_of_the_locked_versions() -> None:
    lock = tomllib.loads((REPOSITORY / "uv.lock").read_text())
    locked = {package["name"]: f"v{package.get('version')}" for package in lock["package"]}
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]
    pinned = {Path(hook["repo"]).name: hook["rev"] for hook in hooks}
    names = {"ruff-pre-commit": "ruff", "mirrors-mypy": "mypy", "snakefmt": "snakefmt"}
    assert {name: pinned[name] for name in names} == {
        name: locked[package] for name, package in names.items()
    }


def test_no_rule_uses_a_shell() -> None:
    """Scripts take names as they are; a shell would read some of them as commands."""
    for path in [REPOSITORY / "Snakefile", *REPOSITORY.glob("workflow/rules/*.smk")]:
        assert not re.search(r"^ +shell:", path.read_text(), re.MULTILINE), path
