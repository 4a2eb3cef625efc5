"""The set-up script: the checks it makes before it installs anything."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.workspace import REPOSITORY

SCRIPT = REPOSITORY / "envs/setup.py"


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that works in an empty folder."""
    spec = importlib.util.spec_from_file_location("environment_setup", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv/.complete")
    monkeypatch.setattr(module, "TOOLS", tmp_path / ".venv-tools")
    monkeypatch.setattr(module, "BEGUN", tmp_path / ".venv.begun")
    return module


def test_parses_on_an_old_python() -> None:
    """So that the user of one reads that it is too old, not a syntax error."""
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_takes_this_python(setup: ModuleType) -> None:
    assert setup.find_python(sys.executable) == sys.executable
    assert setup.python_version(sys.executable) == sys.version_info[:2]


def test_too_old_python(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "python_version", lambda python: (3, 8))
    with pytest.raises(setup.SetupError, match=r"needs CPython 3.11 to 3.13; found.*\(3.8\)"):
        setup.find_python(sys.executable)


def test_no_python_of_that_name(setup: ModuleType) -> None:
    with pytest.raises(setup.SetupError, match=r"found /no/such/python \(none\)"):
        setup.find_python("/no/such/python")


def test_full_disk(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "NEEDED_SPACE", 1e18)
    with pytest.raises(setup.SetupError, match="GB free; the environment needs"):
        setup.check_space()


def test_other_machine(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.platform, "machine", lambda: "aarch64")
    with pytest.raises(setup.SetupError, match="this is Linux on aarch64"):
        setup.check_machine()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a b", "a space in it"),
        ("it's", '"\'" in it'),
        ("$HOME", "'$' in it"),
        ("a;b", "';' in it"),
        ("{a}", "'{' and '}' in it"),
        ("a:b", "':' in it"),
        ("a\nb", r"'\n' in it"),
    ],
)
def test_folders_in_which_no_job_would_start(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.setattr(setup, "ROOT", Path("/data") / name / "hepchain")
    with pytest.raises(setup.SetupError, match="no job would start") as error:
        setup.check_folder()
    assert told in str(error.value)


@pytest.mark.parametrize("name", ["hepchain", "größe", "a-b_c.d,e+f=g@h", "0"])
def test_other_folders(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(setup, "ROOT", Path("/data") / name)
    setup.check_folder()


def test_other_environments_are_left_out(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/release/lib")
    monkeypatch.setenv("PYTHONHOME", "/release")
    assert not {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"} & setup.environment().keys()


def test_old_system(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.platform, "libc_ver", lambda: ("glibc", "2.17"))
    with pytest.raises(setup.SetupError, match=r"glibc 2\.17, but the locked packages need"):
        setup.check_machine()


def test_failed_installation_leaves_nothing(setup: ModuleType, tmp_path: Path) -> None:
    installer = tmp_path / "uv"
    installer.write_text("#!/bin/sh\nmkdir -p .venv/bin\nexit 3\n")
    installer.chmod(0o755)
    setup.__dict__["INDEX"] = "http://127.0.0.1:9/"
    with pytest.raises(setup.SetupError, match="cannot be reached"):
        setup.sync(installer, sys.executable, [])
    assert not (tmp_path / ".venv").exists()


@pytest.fixture
def installer(tmp_path: Path) -> Path:
    """An installer that makes an environment and writes down what it was told."""
    path = tmp_path / "uv"
    python = ".venv/bin/python"
    path.write_text(
        f'#!/bin/sh\nmkdir -p .venv/bin\ntouch .venv/bin/activate\necho "$@" > told\n'
        f"printf '#!/bin/sh\\nexec {sys.executable} \"$@\"\\n' > {python}\nchmod +x {python}\n"
    )
    path.chmod(0o755)
    return path


def test_groups_that_are_there_are_kept(setup: ModuleType, installer: Path, tmp_path: Path) -> None:
    setup.sync(installer, sys.executable, ["gpu"])
    setup.sync(installer, sys.executable, ["htcondor"])
    setup.sync(installer, sys.executable, [])
    told = (tmp_path / "told").read_text()
    assert "--group gpu --group htcondor --no-group tensorflow" in told


def test_activation_unsets_the_path_of_a_release(
    setup: ModuleType, installer: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        setup.sync(installer, sys.executable, [])
    activate = tmp_path / ".venv/bin/activate"
    assert activate.read_text() == setup.ACTIVATION
    done = subprocess.run(
        ["bash", "-euc", f". {activate}; echo left ${{PYTHONPATH-none}}"],
        env={**os.environ, "PYTHONPATH": "/release/lib"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "left none\n"
    assert "it was /release/lib" in done.stderr


def test_space_of_a_group_counts(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "SPACE_OF_GROUPS", {"gpu": 1e18})
    setup.check_space()
    with pytest.raises(setup.SetupError, match="the environment needs"):
        setup.check_space(["gpu"])


def test_unfinished_environment_is_made_anew(
    setup: ModuleType, installer: Path, tmp_path: Path
) -> None:
    (tmp_path / ".venv/half").mkdir(parents=True)
    (tmp_path / ".venv.begun").touch()
    setup.sync(installer, sys.executable, [])
    assert not (tmp_path / ".venv/half").exists()
    assert (tmp_path / ".venv/.complete").read_text().strip() == sys.executable


def test_an_environment_of_somebody_else_is_left(
    setup: ModuleType, installer: Path, tmp_path: Path
) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/pyvenv.cfg").write_text("mine")
    with pytest.raises(setup.SetupError, match=r"\.venv is there and was not made by this set-up"):
        setup.sync(installer, sys.executable, [])
    assert (tmp_path / ".venv/pyvenv.cfg").read_text() == "mine"


def test_python_without_pip(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "has_module", lambda python, module: False)
    with pytest.raises(setup.SetupError, match="apt install python3-venv"):
        setup.install_uv(sys.executable)
    assert not setup.TOOLS.exists()
