from __future__ import annotations

import subprocess
import sys
import time

import pytest

from hepchain import __version__
from hepchain.cli import main
from tests.workspace import REPOSITORY, SMOKE


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"hepchain {__version__}\n"


def test_starts_at_once() -> None:
    """No library is imported that the command does not need: measured in modules, not seconds."""
    code = "import sys, hepchain.cli; print(len(sys.modules))"
    start = time.perf_counter()
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    print(f"import of the command line: {time.perf_counter() - start:.2f} s")
    assert int(answer.stdout) < 200


@pytest.mark.parametrize("files", [[], ["config/config.yaml"], [SMOKE]])
def test_check_of_the_shipped_configs(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", *files]) == 0
    assert "in order" in capsys.readouterr().out


def test_check_prints_every_problem(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path_factory.mktemp("config") / "wrong.yaml"
    path.write_text("soft_electrons: {features: {folds: 1}, figure: {}}\n")
    assert main(["config", "check", str(path)]) == 1
    message = capsys.readouterr().err
    assert "2 problems" in message
    assert "figure: unknown key; did you mean 'figures'?" in message


def test_check_of_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", "nowhere.yaml"]) == 1
    assert "nowhere.yaml: no such file" in capsys.readouterr().err


def test_describe_one_block(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "describe", "soft_electrons.features"]) == 0
    assert "soft_electrons.features.folds  (integer >= 2, <= 20)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("sed", "sed: no key begins so; did you mean 'seed'?"),
        ("soft_elektrons", "did you mean 'soft_electrons'?"),
        (
            "soft_electrons.statistics.mas_bins",
            "did you mean 'soft_electrons.statistics.mass_bins'?",
        ),
        ("depth", "soft_electrons.training.taggers.<name>.depth"),
    ],
)
def test_describe_an_unknown_key(
    key: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "describe", "soft_electrons.features", key]) == 1
    answer = capsys.readouterr()
    assert message in answer.err
    assert answer.out == ""


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["ntuple", "check", "x.root", "--map", "a", "--map", "b"], "--map is given twice: keep"),
        (["limit", "--obs", "1", "--background", "2", "--observed=3"], "--observed is given twice"),
        (["limit", "--observed=1", "--background=2", "--seed=1", "--seed=1"], "--seed is given"),
    ],
)
def test_option_given_twice(
    command: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(command)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["score", "x.root", "--tagger=no", "--map=no", "--output=no"], "no: no exported tagger"),
        (["ntuple", "check", "x.root", "--map", "nowhere.yaml"], "nowhere.yaml: no such file"),
    ],
)
def test_wrong_value_of_an_option_is_one_message(
    command: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 1
    answer = capsys.readouterr().err
    assert answer.startswith(f"hepchain: {message}")
    assert "Traceback" not in answer


def test_ntuple_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    map_file = "config/ntuples/hepchain.yaml"
    assert main(["ntuple", "check", "nowhere.root", "--map", map_file]) == 1
    assert "nowhere.root: cannot be read\n  no such file" in capsys.readouterr().out


def test_ntuple_for_an_unknown_role(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["ntuple", "check", "x.root", "--map", "x.yaml", "--role", "signals"]
    assert main(arguments) == 1
    assert "not one of pileup, training, signal, background, data" in capsys.readouterr().err


def test_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run"])
    assert "invalid choice" in capsys.readouterr().err
