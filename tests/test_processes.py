"""A process is a file: found by its name, and seen by no other process."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import hepchain
from hepchain.errors import ConfigError
from hepchain.io.structured import read_json
from hepchain.parsed import Package
from hepchain.processes import known_processes, module_of
from hepchain.simulation.generation import processes, run

PROCESS = '''"""Pions of 2 GeV."""

import numpy as np

from hepchain.seeds import generator
from hepchain.simulation.generation.gun import Gun, prompt_particles


def source(sample_name, sample, part, seed):
    def draw(size, random):
        ones = np.ones(size)
        return prompt_particles(2.0 * ones, 0.0 * ones, 0.0 * ones, 211 * ones, 1)

    return Gun(draw, generator(seed, sample_name, part, "pions"))
'''
GENERAL = ("minimum_bias", "particle_gun")
SCRIPT = Path("workflow/scripts/generation.py")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of processes beside those of the package."""
    places = [*processes.__path__, str(tmp_path)]
    monkeypatch.setattr(processes, "__path__", places)
    monkeypatch.setattr(processes.__spec__, "submodule_search_locations", places)
    (tmp_path / "pions.py").write_text(PROCESS)
    return tmp_path


def test_a_process_is_one_more_file(folder: Path, tmp_path: Path) -> None:
    assert "pions" in known_processes()
    sample = {"process": "pions"}
    run.generate("soft", sample, 0, 5, 1, tmp_path / "a.parquet", tmp_path / "a.json")
    summary = read_json(tmp_path / "a.json")
    assert (summary["process"], summary["events_kept"]) == ("pions", 5)


def test_a_process_of_a_chain_is_known_to_that_chain_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "chains" / "toy" / "simulation"
    package.mkdir(parents=True)
    for path in (package, package.parent, package.parent.parent):
        (path / "__init__.py").touch()
    (package / "pions.py").write_text(PROCESS)
    (package / "_helper.py").touch()
    monkeypatch.setattr(hepchain, "__path__", [str(tmp_path), *hepchain.__path__])
    for name in [name for name in sys.modules if name.startswith("hepchain.chains")]:
        monkeypatch.delitem(sys.modules, name)
    assert module_of("pions", "toy") == "hepchain.chains.toy.simulation.pions"
    assert module_of("minimum_bias", "toy") == module_of("minimum_bias")
    assert "_helper" not in known_processes("toy")
    for chain in (None, "other"):
        with pytest.raises(ConfigError, match="no process 'pions'"):
            module_of("pions", chain)
    for name in [name for name in sys.modules if name.startswith("hepchain.chains")]:
        monkeypatch.delitem(sys.modules, name)


def test_a_misspelt_process_is_told_the_nearest() -> None:
    with pytest.raises(ConfigError, match="'minimum_bais'; did you mean 'minimum_bias'"):
        module_of("minimum_bais")


def test_a_new_process_changes_no_digest_and_an_edited_one_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "hepchain"
    source = Path(hepchain.__file__).parent
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)

    def digests() -> dict[str, str]:
        package = Package(root)
        return {name: package.digest(SCRIPT, module_of(name)) for name in GENERAL}

    before = digests()
    assert len(set(before.values())) == len(GENERAL)
    folder = root / "simulation" / "generation" / "processes"
    (folder / "pions.py").write_text(PROCESS)
    assert digests() == before
    with (folder / "particle_gun.py").open("a") as file:
        file.write("MORE = 1\n")
    assert {name for name, value in digests().items() if value != before[name]} == {"particle_gun"}
