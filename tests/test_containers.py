"""The recipes of containers agree with the lock, with each other and with the repository."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workspace import REPOSITORY, repository_files

DOCKER = (REPOSITORY / "envs/Dockerfile").read_text()
APPTAINER = (REPOSITORY / "envs/apptainer.def").read_text()
PYTHON_OF = {"bookworm": (3, 11), "trixie": (3, 13)}
"""Release of Debian -> version of its python3."""
STEP = {"name", "environment", "commands", "kubernetes_memory_limit", "kubernetes_job_timeout"}
"""Keys of a step that REANA knows, of those we use (reana-commons, reana_analysis_schema.json)."""


def copied() -> set[str]:
    """What the container is made of."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKER, re.MULTILINE)
    return {word for line in lines for word in line.split()[:-1]}


def test_recipes_copy_what_there_is() -> None:
    files = repository_files()
    for name in copied():
        assert [file for file in files if file == name or file.startswith(f"{name}/")], name


def test_recipes_copy_the_same() -> None:
    block = APPTAINER.partition("%files")[2].partition("%post")[0]
    assert {line.split()[0] for line in block.splitlines() if line.strip()} == copied()


def test_nothing_that_is_copied_is_ignored() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied()


def test_python_of_the_base_image_is_one_of_ours() -> None:
    bases = re.findall(
        r"^F(?:ROM|rom:) (?:docker.io/library/)?debian:(\w+)-slim", DOCKER + APPTAINER, re.M
    )
    assert len(set(bases)) == 1
    assert len(bases) == 3
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    low, high = re.findall(r"3\.(\d+)", project["requires-python"])
    assert int(low) <= PYTHON_OF[bases[0]][1] < int(high)


@pytest.mark.parametrize("recipe", [DOCKER, APPTAINER], ids=["docker", "apptainer"])
def test_everything_is_installed_by_digest_and_compiled(recipe: str) -> None:
    assert "--require-hashes --no-deps -r envs/uv.txt" in recipe
    syncs = re.findall(r"uv sync ((?:.*\\\n)*.*)", recipe)
    assert syncs
    for options in syncs:
        assert {"--frozen", "--compile-bytecode", "--no-default-groups"} <= set(options.split())
    assert "PYTHONDONTWRITEBYTECODE" not in recipe


def test_the_container_does_not_run_as_root() -> None:
    assert int(re.findall(r"^USER (\d+)$", DOCKER, re.MULTILINE)[-1]) > 0


def specification() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "reana.yaml").read_text())
    return content


def test_reana_gets_what_a_run_reads() -> None:
    inputs = specification()["inputs"]
    for name in inputs["files"]:
        assert (REPOSITORY / name).is_file()
    for name in inputs["directories"]:
        assert (REPOSITORY / name).is_dir()
    # What the Snakefile includes, the profile of every run and the files of the configuration.
    assert {"workflow", "profiles", "config"} <= set(inputs["directories"])


def test_steps_of_reana() -> None:
    workflow = specification()["workflow"]
    assert workflow["type"] == "serial"
    for step in workflow["specification"]["steps"]:
        assert step.keys() <= STEP
        assert all(command.startswith("snakemake ") for command in step["commands"])


def test_reana_accepts_it() -> None:
    if importlib.util.find_spec("reana_commons") is None:
        pytest.skip("reana-commons is not installed (pip install reana-client)")
    from reana_commons.validation.utils import validate_reana_yaml

    validate_reana_yaml(specification())


def test_version_of_the_image_is_ours() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    (step,) = specification()["workflow"]["specification"]["steps"]
    assert step["environment"].endswith(f"/hepchain:{project['version']}")
    assert Path("reana.yaml").name in repository_files()
