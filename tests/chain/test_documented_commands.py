"""Commands in blocks of the README and the pages, executed with the files that the page tells a
reader to write: those of Snakemake as dry runs of all their jobs, others as they stand.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workspace import CHAIN, REPOSITORY, Workspace, copy_of_run

# Without the mark `chain`: `make test-thorough` is to run these, and the small run for them.
pytestmark = [pytest.mark.xdist_group("chain"), pytest.mark.thorough]

BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
PROGRAMS = ("snakemake ", "hepchain ")
OWN = "of_a_reader"
"""Folder of what a reader has of his own."""
NTUPLE = f"{OWN}/signal.root"
STANDING_FOR: Mapping[str, str] = {
    **dict.fromkeys(("/data/ttbar/*.root", "/data/ttbar/1.root", "DAOD_PHYSLITE.root"), NTUPLE),
    "events_LHCO2020_BlackBox1.h5": NTUPLE,  # of dry runs, which do not open it
    **dict.fromkeys(("ntuple.root", "ntuple-0.root"), NTUPLE),
    "/data/taggers/xgboost": f"{OWN}/xgboost",
    "/data/samples.yaml": f"{OWN}/samples.yaml",
}
"""What the pages name of it -> a copy of what the small run made."""


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language and content of the blocks of a page, not indented."""
    for indent, language, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        yield language, "".join(line.removeprefix(indent) for line in body.splitlines(True))


def commands(body: str) -> list[str]:
    lines = (line.removeprefix("$ ").strip() for line in body.splitlines())
    return [line for line in lines if line.startswith(PROGRAMS) and "..." not in line]


def steps(page: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Commands that follow one another, and the files in YAML that stand before them.

    What stands after commands begins anew: a page may have several recipes.
    """
    files: list[str] = []
    lines: list[str] = []
    for language, body in blocks(page):
        if language == "yaml":
            if lines:
                yield lines, files
                files, lines = [], []
            files = [*files, body]
        elif language in ("", "console", "bash"):
            lines = [*lines, *commands(body)]
    if lines:
        yield lines, files


PAGES = [
    str(page.relative_to(REPOSITORY))
    for page in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    if any(steps(page))
]


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings of both, the second having the last word."""
    both = {
        name: merged(first[name], value)
        if isinstance(value, dict) and isinstance(first.get(name), dict)
        else value
        for name, value in second.items()
    }
    return {**first, **both}


def replaced(text: str) -> str:
    """Text with files that are there in place of a reader's own."""
    for own, there in STANDING_FOR.items():
        text = re.sub(rf"(?<![\w/-]){re.escape(own)}(?![\w-])", there, text)
    return text


def write_files(files: list[str], lines: list[str], root: Path) -> None:
    """Configuration that commands name without a folder, and samples, as a page has them."""
    own: dict[str, Any] = {}
    chains = {path.name for path in (REPOSITORY / "workflow/chains").iterdir()}
    for text in map(replaced, files):
        content = yaml.safe_load(text)
        if not isinstance(content, dict):
            continue
        if set(content) <= chains:
            own = merged(own, content)
        elif all(isinstance(one, dict) and "cross_section_pb" in one for one in content.values()):
            with (root / f"config/{CHAIN}/samples.yaml").open("a", encoding="utf-8") as samples:
                samples.write(text)
    words = {word for line in lines for word in shlex.split(line, comments=True)}
    for name in (word for word in words if word.endswith(".yaml") and "/" not in word):
        (root / name).write_text(yaml.safe_dump(own), encoding="utf-8")


def write_own_of_a_reader(workspace: Workspace) -> None:
    """Ntuples and a tagger of the small run as if they were somebody's own, and their samples."""
    folder = workspace.root / OWN
    folder.mkdir()
    for name, sample in (("signal", "higgsino_153_150"), ("background", "wenu_jets")):
        shutil.copy(
            workspace.results / f"simulation/{sample}/ntuple-0.root", folder / f"{name}.root"
        )
    shutil.copytree(workspace.results / "export/xgboost", folder / "xgboost")
    shared = {"ntuple": "hepchain", "cross_section_pb": 1.0, "scale_factor": 1.0}
    shared |= {"branching_fraction": 1.0, "sum_of_weights": "file"}
    signal = {"role": "signal", "masses": {"n2": 153.0, "n1": 150.0}}
    samples = {
        "my_signal": {**signal, "files": [NTUPLE], **shared},
        "my_background": {"role": "background", "files": [f"{OWN}/background.root"], **shared},
    }
    (folder / "samples.yaml").write_text(yaml.safe_dump(samples), encoding="utf-8")


@pytest.fixture
def workspace(chain: Workspace, tmp_path: Path) -> Workspace:
    """The small run, and files of a reader's own."""
    copied = copy_of_run(chain, tmp_path / "run")
    write_own_of_a_reader(copied)
    return copied


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_do_what_it_says(page: str, workspace: Workspace) -> None:
    for lines, files in steps(REPOSITORY / page):
        write_files(files, lines, workspace.root)
        for command in lines:
            program, *arguments = shlex.split(replaced(command), comments=True)
            if "profiles/htcondor" in arguments and not importlib.util.find_spec(
                "snakemake_executor_plugin_htcondor"
            ):
                continue  # `make htcondor` brings it
            if program == "snakemake":
                done = workspace.run("snakemake", "-n", "--quiet", "rules", *arguments)
            else:
                done = workspace.python("-m", "hepchain.cli", *arguments)
            assert done.status == 0, f"{command}\n{done.output}"
