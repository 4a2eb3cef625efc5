"""`make clean` removes what runs have made, and no file of anybody else."""

from __future__ import annotations

import ast
import fcntl
import importlib.util
import json
from base64 import urlsafe_b64encode
from pathlib import Path
from types import ModuleType

import pytest

from tests.workspace import REPOSITORY

SCRIPT = REPOSITORY / "envs/clean.py"


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that works in an empty folder."""
    spec = importlib.util.spec_from_file_location("clean", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["clean.py"])
    return module


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def made_by_a_job(root: Path, name: str) -> Path:
    """A file that Snakemake has a record of, as it names records."""
    identity = urlsafe_b64encode(name.encode()).decode()
    pieces = [identity[start : start + 254] for start in range(0, len(identity), 254)]
    write(root.joinpath(".snakemake/metadata", *("@" + p for p in pieces[:-1]), pieces[-1]))
    return root / name


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write(made_by_a_job(tmp_path, "results/a/selection/a.parquet"))
    write(made_by_a_job(tmp_path, f"results/a/selection/{'long' * 60}.parquet"))
    model = made_by_a_job(tmp_path, "results/a/training/trees/all/fold0")
    write(model / "model.ubj")
    write(model / ".snakemake_timestamp")
    write(model / ".hepchain.json", json.dumps(["model.ubj"]))
    for name in ("logs/selection/a.log", "benchmarks/selection/a.tsv", "provenance.html"):
        write(tmp_path / "results/a" / name)
    write(tmp_path / "results/README.md")
    return tmp_path / "results/a"


def test_parses_on_an_old_python() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_all_results_go(
    clean: ModuleType, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean.main()
    assert [path.name for path in results.parent.iterdir()] == ["README.md"]
    assert capsys.readouterr().out == ""


def test_files_of_the_user_stay(
    clean: ModuleType, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ["notes.txt", "selection/own.root", "training/trees/all/fold0/notes.txt", "logs/why.md"]
    for name in own:
        write(results / name, f"mine: {name}")
    clean.main()
    left = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    assert left == set(own)
    assert all((results / name).read_text() == f"mine: {name}" for name in own)
    written = capsys.readouterr().out
    assert "4 files in results/ are left" in written
    assert "results/a/notes.txt" in written


def test_what_is_linked_into_results_stays(
    clean: ModuleType, results: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "data/own.root", "mine")
    (results / "data").symlink_to(tmp_path / "data")
    clean.main()
    assert file.read_text() == "mine"
    assert (results / "data").is_symlink()


def test_records_of_files_elsewhere_remove_nothing(clean: ModuleType, tmp_path: Path) -> None:
    write(tmp_path / "results/a/provenance.html")
    made_by_a_job(tmp_path, "results/../config.yaml")
    file = write(tmp_path / "config.yaml", "mine")
    clean.main()
    assert file.read_text() == "mine"


def test_not_during_a_run(clean: ModuleType, results: Path) -> None:
    lock = write(results.parents[1] / ".snakemake/hepchain-run.json")
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(SystemExit, match="a run goes on"):
            clean.main()
    assert (results / "provenance.html").exists()


@pytest.mark.parametrize("stamp", [".venv/.complete", ".venv.begun", ""])
def test_the_environment_goes_if_it_is_ours(
    clean: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stamp: str
) -> None:
    monkeypatch.setattr("sys.argv", ["clean.py", "--environment"])
    write(tmp_path / ".venv/pyvenv.cfg")
    if stamp:
        write(tmp_path / stamp)
    clean.main()
    assert (tmp_path / ".venv").exists() == (not stamp)
