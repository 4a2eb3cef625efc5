"""What is said of the files of a run before its first job, and what a chain can do with files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import awkward as ak
import numpy as np
import pytest

from hepchain.chain_files import ChainFiles, samples_read
from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.cli import main
from hepchain.config.reading import read_yaml
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.skimming import many
from hepchain.skimming.many import check_files
from hepchain.skimming.samples import MOST_TOLD, require_usable
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.verdict import verdict
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

CHAIN = "soft_electrons"
MINE = {
    "role": "background",
    "ntuple": "hepchain",
    "cross_section_pb": "file",
    "scale_factor": 1.0,
    "branching_fraction": 1.0,
    "sum_of_weights": "file",
}

Content = dict[str, Any]


def run_with(monkeypatch: pytest.MonkeyPatch, *files: Path, **changes: Any) -> SoftElectronsConfig:
    """The default configuration, with a sample of these files."""
    monkeypatch.chdir(REPOSITORY)
    config = default_with()
    samples = read_yaml("config/soft_electrons/samples.yaml")
    samples["mine"] = {**MINE, "files": list(map(str, files)), **changes}
    return load({**config, "samples": samples})


@pytest.fixture
def content(make_content: Callable[..., Content]) -> Content:
    content = make_content(40)
    content["weight"] = np.abs(content["weight"])
    return content


def test_files_that_are_in_order(
    content: Content, write_ntuple: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_ntuple(content)
    run = run_with(monkeypatch, path)
    require_usable(CHAIN, run, {"mine": [str(path)]})
    said: list[str] = []
    files = ChainFiles(run, "results/soft_electrons")
    files.check(CHAIN, ["wenu_jets"], said.append)
    assert not said
    files.check(CHAIN, ["wenu_jets", "mine"], said.append)
    assert said == ["Looking into 1 ntuples of mine"]
    assert files.of_others == [str(path)]


def test_all_problems_of_all_files_are_told_before_the_first_job(
    content: Content, write_ntuple: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    less = {name: values for name, values in content.items() if name != "met_phi"}
    paths = [
        write_ntuple(less, name="less.root"),
        write_ntuple({**content, "mu": -content["mu"]}, name="mu.root"),
        Path("nowhere.root"),
        write_ntuple(content, name="sound.root"),
    ]
    run = run_with(monkeypatch, paths[-1])
    with pytest.raises(InputError, match="nothing was started") as error:
        require_usable(CHAIN, run, {"mine": list(map(str, paths))})
    lines = str(error.value).splitlines()
    assert sum("sample mine: " in line for line in lines) == 3
    for part in ("missing: met_phi", "mu.root: mu (branch 'mu')", "nowhere.root: no such file"):
        assert part in str(error.value)
    with pytest.raises(InputError, match="and 5 more: `hepchain ntuple check` tells all"):
        require_usable(CHAIN, run, {"mine": ["nowhere.root"] * (MOST_TOLD + 5)})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sum_of_weights": 90.0}, r"sum_of_weights is 90, but the files themselves give 100"),
        ({"sum_of_weights": 90.0, "override_sum_of_weights": True}, None),
        ({"sum_of_weights": 100.0}, None),
    ],
)
def test_sums_of_configuration_and_files(
    content: Content,
    write_ntuple: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    message: str | None,
) -> None:
    path = write_ntuple(content)
    files = {"mine": [str(path)]}
    run = run_with(monkeypatch, path, **changes)
    if message is None:
        require_usable(CHAIN, run, files)
    else:
        with pytest.raises(InputError, match=message):
            require_usable(CHAIN, run, files)


def test_events_of_two_files_are_compared(
    content: Content, write_ntuple: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_ntuple(content)
    again = shutil.copy(path, path.with_name("again.root"))
    run = run_with(monkeypatch, path)
    with pytest.raises(InputError, match="sample mine: 40 event numbers occur more than once"):
        require_usable(CHAIN, run, {"mine": [str(path), str(again)]})


def test_samples_that_jobs_read() -> None:
    def job(rule: str, **wildcards: str) -> SimpleNamespace:
        return SimpleNamespace(
            rule=SimpleNamespace(name=rule), wildcards=SimpleNamespace(**wildcards)
        )

    jobs = [
        job("toy_normalisation", sample="a"),
        job("toy_skimming", sample="b", part="0"),
        job("toy_features", sample="c", part="0"),
        job("other_skimming", sample="d", part="0"),
        job("all"),
    ]
    assert samples_read(jobs, "toy") == {"a", "b"}


def test_several_processes_find_what_one_does(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    monkeypatch: pytest.MonkeyPatch,
    groups: Mapping[str, list[str]],
) -> None:
    paths = [
        str(write_ntuple({**content, "mu": content["mu"] - (n == 2)}, name=f"{n}.root"))
        for n in range(6)
    ]
    run = run_with(monkeypatch, Path(paths[0]))
    settings = SkimSettings.of(CHAIN, run, Role.BACKGROUND)
    one = [str(file) for file in check_files(paths, contract_map_path, settings)]
    monkeypatch.setattr(many, "FILES_OF_A_PROCESS", 3)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    assert [str(file) for file in check_files(paths, contract_map_path, settings)] == one
    assert [" cannot be read" in text for text in one] == [n == 2 for n in range(6)]


def _told(
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    map_path: str,
    role: Role,
) -> str:
    run = run_with(monkeypatch, path)
    settings = SkimSettings.of(CHAIN, run, role)
    found = list(check_files([str(path)], map_path, settings))
    return "\n".join(verdict(CHAIN, run, role, found).lines())


def test_verdict_of_what_is_complete(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_ntuple(content)
    assert _told(monkeypatch, path, contract_map_path, Role.TRAINING) == (
        "chain soft_electrons, role training: runs skimming, features, training, combination"
    )
    assert _told(monkeypatch, path, contract_map_path, Role.DATA) == (
        "chain soft_electrons, role data: "
        "runs skimming, features, combination, selection, statistics"
    )


def test_verdict_names_categories_and_taggers(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del content["track_trt_dedx"]
    text = _told(monkeypatch, write_ntuple(content), contract_map_path, Role.SIGNAL)
    assert "runs skimming, features, combination, selection, statistics" in text
    assert "category trt cannot form: group trt lacks trt_dedx" in text
    assert "category trt_calorimeter cannot form: group trt lacks trt_dedx" in text
    assert "taggers keras, xgboost: score in calorimeter, silicon only" in text
    del content["track_chi_squared"]
    text = _told(monkeypatch, write_ntuple(content), contract_map_path, Role.SIGNAL)
    assert "runs skimming\n  stops at features: no category can form" in text
    assert "taggers keras, xgboost: cannot score" in text


def test_verdict_on_training_without_truth(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    less = {name: values for name, values in content.items() if not name.startswith("truth_")}
    text = _told(monkeypatch, write_ntuple(less), contract_map_path, Role.TRAINING)
    assert "runs skimming, features\n  stops at training: without truth every object is" in text


def test_command_takes_lists_and_goes_through_all_files(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setattr(many, "SOME_ENTRIES", 10)
    late = {**content, "mu": np.where(np.arange(40) == 30, -1.0, content["mu"]).astype("f4")}
    late["event_number"] = content["event_number"] + 1000
    write_ntuple(content, name="[1].root")
    write_ntuple(late, name="late.root")
    entries = [f"{tmp_path}/[1].root", f"{tmp_path}/none.root", f"{tmp_path}/l*.root"]
    (tmp_path / "list.txt").write_text("\n".join(entries))
    command = ["ntuple", "check", f"@{tmp_path}/list.txt", "--map", contract_map_path]
    command += ["--chain", CHAIN, "--role", "background"]
    assert main(command) == 1
    text = capsys.readouterr().out
    assert "[1].root: usable for every role, 40 entries, values of the first 10 looked at" in text
    assert "none.root: cannot be read\n  no such file" in text
    assert "late.root: usable for every role" in text
    assert f"branches as in {tmp_path}/[1].root" in text
    assert "stops at skimming: 1 of 3 files cannot be read in this role" in text
    assert main([*command, "--values"]) == 1
    text = capsys.readouterr().out
    assert "late.root: cannot be read, 40 entries, values of all looked at" in text
    assert "mu (branch 'mu'): 1 value below zero, the first -1.0 in entry 30" in text


def test_files_without_events_and_with_few(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Files of a grid whose events were filtered out count, and are no problem."""
    empty = {name: ak.Array(values)[:0] for name, values in content.items()}
    paths = [write_ntuple(empty, name="empty.root"), write_ntuple(content)]
    run = run_with(monkeypatch, *paths)
    require_usable(CHAIN, run, {"mine": list(map(str, paths))})
    settings = SkimSettings.of(CHAIN, run, Role.BACKGROUND)
    found = next(check_files([str(paths[0])], contract_map_path, settings))
    assert "usable for every role, no entries: only its sum of weights counts" in str(found)
