"""A submission as HEPData takes it: complete, valid, the same each time."""

from __future__ import annotations

import hashlib
import os
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from matplotlib.figure import Figure

from hepchain.chains.soft_electrons.publication.submission import Sources, publish
from hepchain.errors import InputError, StageError
from hepchain.io.structured import write_json
from hepchain.publication.archive import pack
from hepchain.publication.hepdata import Header, validate, write_submission
from hepchain.publication.records import Table, Uncertainty, Variable
from hepchain.publication.workspaces import export_workspaces
from tests.chains.soft_electrons.publication.publication_inputs import Written, result

HEADER = Header(
    abstract="A toy.",
    origin="SIMULATION, not data.",
    energy=13000.0,
    luminosity=139.0,
    reactions=["P P --> X"],
    phrases=["Toy"],
)
TABLE = Table(
    "A table",
    "Numbers.",
    [Variable("x", [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)], "GEV")],
    [
        Variable(
            "y",
            [1.0, "-", 3.0],
            "",
            [
                Uncertainty("stat", [0.1, None, 0.3]),
                Uncertainty("sys", [(-0.2, 0.4), None, (-0.1, 0.1)]),
            ],
            {"SAMPLE": "toy"},
        )
    ],
    ["N"],
    "picture",
)


def picture(path: Path) -> Path:
    Figure(figsize=(2, 2)).savefig(path)
    return path


def spectrum(bins: int) -> dict[str, Any]:
    return {"weighted": np.ones((2, bins)).tolist(), "error": np.full((2, bins), 0.5).tolist()}


@pytest.fixture
def everything(sources: Written, tmp_path: Path) -> Sources:
    """Files of all stages."""
    models = tmp_path / "workspaces"
    export_workspaces(sources.results, sources.workspaces, "A toy.", "ins0000000", models)
    line = {"cut": "all", "title": "all events", "events": 30, "weighted": 12.0, "error": 2.0}
    flows = {name: tmp_path / f"{name}.json" for name in ("a", "b", "w")}
    for path in flows.values():
        write_json(path, {"a": [line], "b": [line]})
    curve = {"category": "all", "kind": "overall", "low": [0.7], "high": [0.9], "value": [0.8]}
    contents = {
        "efficiency": {
            "tagger": "trees",
            "fake_rate": 0.05,
            "edges": [0.5, 5.0],
            "curves": [{**curve, "label": label} for label in ("signal", "background")],
        },
        "mass": {
            "edges": [0.0, 1.0, 3.0],
            "veto": [3.0, 3.2],
            "titles": ["without tagger", "with tagger"],
            "background": {"pion": spectrum(2)},
            "signals": {"a": spectrum(2), "b": spectrum(2)},
        },
        "mass_plane": {
            "exclusions": {"tight": [{"strength": 1.0, "contours": {"0": [[[151.5, 1.5]]]}}]}
        },
    }
    numbers = {name: tmp_path / f"{name}_numbers.json" for name in contents}
    for name, content in contents.items():
        write_json(numbers[name], content)
    figures = ("efficiency", "mass", "mass_plane", "cutflow", "yields", "sensitivity")
    return Sources(
        cut_flows=flows,
        results={point: sources.results[point] for point in ("a", "b")},
        plane={"c": sources.results["c"]},
        workspaces={
            approach: {point: paths[point] for point in ("a", "b")}
            for approach, paths in sources.workspaces.items()
        },
        numbers=numbers,
        pictures={name: picture(tmp_path / f"{name}.png") for name in figures},
        efficiency="efficiency",
        models=models,
    )


def test_all_results_become_a_valid_submission(everything: Sources, tmp_path: Path) -> None:
    archives = [tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"]
    for archive in archives:
        publish(everything, HEADER, {"a": "signal a"}, tmp_path / "submission", archive)
    validate(tmp_path / "submission")
    documents = list(yaml.safe_load_all((tmp_path / "submission/submission.yaml").read_text()))
    assert "SIMULATION" in documents[0]["comment"]
    assert [item["name"] for item in documents[1:]] == [
        "Cut-flow below 3 GeV",
        "Efficiency and fake rate",
        "Mass without tagger",
        "Mass with tagger",
        "Yields loose",
        "Yields tight",
        "Limits loose",
        "Limits tight",
        "Limits control region",
        "Mass plane loose",
        "Mass plane tight",
        "Mass plane control region",
        "Contour 1 tight",
    ]
    assert all(item["description"].startswith("SIMULATION") for item in documents[1:])
    with tarfile.open(archives[0]) as content:
        names = content.getnames()
    assert names == sorted(path.name for path in (tmp_path / "submission").glob("[!.]*"))
    with tarfile.open(tmp_path / "submission/workspaces.tar.gz") as content:
        assert "workspaces/tight/below_3_GeV/BkgOnly.json" in content.getnames()
    sums = {hashlib.sha256(archive.read_bytes()).hexdigest() for archive in archives}
    assert len(sums) == 1
    assert not Path("submission.tar.gz").exists()


def test_values_and_errors_of_a_table(tmp_path: Path) -> None:
    figures = {"picture": picture(tmp_path / "picture.png")}
    write_submission(HEADER, [TABLE], figures, None, tmp_path / "submission")
    content = yaml.safe_load((tmp_path / "submission/a_table.yaml").read_text())
    first, second, third = content["dependent_variables"][0]["values"]
    assert first["value"] == 1.0
    assert first["errors"] == [
        {"label": "stat", "symerror": 0.1},
        {"label": "sys", "asymerror": {"minus": -0.2, "plus": 0.4}},
    ]
    assert second == {"value": "-"}
    assert [error["label"] for error in third["errors"]] == ["stat", "sys"]
    qualifiers = {item["name"]: item for item in content["dependent_variables"][0]["qualifiers"]}
    assert qualifiers["SQRT(S)"] == {"name": "SQRT(S)", "value": 13000.0, "units": "GEV"}
    assert qualifiers["LUMINOSITY"]["value"] == 139.0
    assert qualifiers["ORIGIN"]["value"] == HEADER.origin
    assert content["independent_variables"][0]["values"][1] == {"low": 1.0, "high": 2.0}
    assert (tmp_path / "submission/thumb_picture.png").exists()


def test_what_hepdata_would_refuse_is_told(tmp_path: Path) -> None:
    write_submission(HEADER, [TABLE], {}, None, tmp_path / "submission")
    (tmp_path / "submission/a_table.yaml").write_text("dependent_variables: many\n")
    with pytest.raises(StageError, match=r"would refuse the submission:\n.*a_table\.yaml"):
        validate(tmp_path / "submission")


def test_absent_library_is_named_with_the_command_that_installs_it(
    everything: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hepdata_lib", None)
    with pytest.raises(
        StageError, match=r"hepdata_lib.*`python3 envs/setup\.py --group publication`"
    ):
        publish(everything, HEADER, {}, tmp_path / "submission", tmp_path / "submission.tar.gz")
    assert not (tmp_path / "submission").exists()


def test_results_of_another_version_are_refused(everything: Sources, tmp_path: Path) -> None:
    old = {name: value for name, value in result("a").items() if name != "estimates"}
    write_json(everything.results["a"], old)
    with pytest.raises(InputError, match=r"a/result\.json: no key 'estimates'"):
        publish(everything, HEADER, {}, tmp_path / "submission", tmp_path / "submission.tar.gz")


def test_without_a_plane_there_is_none_of_its_tables(everything: Sources, tmp_path: Path) -> None:
    without = replace(everything, plane={})
    publish(without, HEADER, {}, tmp_path / "submission", tmp_path / "submission.tar.gz")
    assert not list((tmp_path / "submission").glob("*plane*"))


def test_archives_do_not_depend_on_times_or_hidden_files(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner/b.txt").write_text("b")
    (folder / "a.txt").write_text("a")
    pack(folder, tmp_path / "one.tar.gz", root="top")
    os.utime(folder / "a.txt", (0, 0))
    (folder / ".snakemake_timestamp").touch()
    pack(folder, tmp_path / "two.tar.gz", root="top")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        assert archive.getnames() == ["top/a.txt", "top/inner/b.txt"]
