"""Samples of a grid of mass points, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hepchain.chains.soft_electrons.config.mass_plane import point_name
from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.config.layers import read_configs
from hepchain.config.samples import Role
from hepchain.errors import ConfigError
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def content(**changes: Any) -> dict[str, Any]:
    merged = copy.deepcopy(default_with("config/soft_electrons/mass_plane.yaml"))
    merged["mass_plane"] |= changes
    return merged


def grid(**changes: Any) -> SoftElectronsConfig:
    return load(content(**changes))


def refusal(**changes: Any) -> str:
    with pytest.raises(ConfigError) as error:
        grid(**changes)
    return str(error.value)


def test_default_run_has_no_points() -> None:
    run = load(default_with())
    assert run.plane_samples == {}
    assert list(run.all_samples)[: len(run.samples)] == list(run.samples)


def test_grid_and_further_points() -> None:
    run = grid(n1=[150.0, 160.5], splittings=[1.5, 1.1], points=[{"n2": 108.25, "n1": 100.0}])
    assert list(run.plane_samples) == [
        "plane_151p5_150",
        "plane_151p1_150",
        "plane_162_160p5",
        "plane_161p6_160p5",
        "plane_108p25_100",
    ]
    masses = run.plane_samples["plane_151p1_150"].masses
    assert masses is not None
    assert masses.n2 == 151.1


def test_points_are_signals_but_not_among_the_listed_ones() -> None:
    run = grid()
    assert len(run.plane_samples) == 64
    assert {sample.role for sample in run.plane_samples.values()} == {Role.SIGNAL}
    assert not set(run.of_role(Role.SIGNAL)) & run.plane_samples.keys()
    assert run.plane_samples.keys() <= run.all_samples.keys()
    name = next(iter(run.plane_samples))
    assert (run.parts_of(name), run.events_per_part_of(name)) == (2, 1500)
    assert run.parts_of("wenu_jets") == run.simulation.parts["wenu_jets"]


def test_rates_are_those_of_the_listed_signals() -> None:
    run = grid(n1=[], splittings=[], points=[{"n2": 153.0, "n1": 150.0}])
    listed, point = run.samples["higgsino_153_150"], run.plane_samples["plane_153_150"]
    assert point.cross_section_pb == pytest.approx(listed.cross_section_pb, rel=0.003)
    assert point.scale_factor == pytest.approx(listed.scale_factor, rel=0.003)
    assert point.pileup == listed.pileup
    assert point.process == listed.process


def test_names_of_different_masses_differ() -> None:
    masses = [100.0, 100.5, 100.05, 100.005, 1000.5]
    names = {point_name(HiggsinoMasses(n2=mass + 10, n1=mass)) for mass in masses}
    assert len(names) == len(masses)
    assert "plane_110p005_100p005" in names


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"n1": [70.0, 400.0], "splittings": [1.0]},
            "mass_plane: no cross-section for masses (n2, n1) (71, 70), (401, 400) GeV: the table "
            "has n1 from 80 to 300 GeV, splittings up to 20 GeV",
        ),
        ({"splittings": [25.0]}, "no cross-section for masses (n2, n1) (115, 90), (130, 105)"),
        ({"splittings": [3.0, 3.0]}, "mass points given twice: plane_108_105"),
        ({"n1": []}, "no mass point: give `n1` and `splittings`, or `points`"),
        ({"template": "higgsino_153_15"}, "unknown name 'higgsino_153_15'; did you mean"),
        ({"template": "wenu_jets"}, "it must be a simulated signal"),
        ({"part": 3}, "mass_plane.part: unknown key; did you mean 'parts'?"),
        ({"cross_sections": "config/none.yaml"}, "mass_plane.cross_sections: config/none.yaml: no"),
        (
            {
                "cross_sections": {
                    "source": "s",
                    "trust": "read",
                    "channels": ["a"],
                    "points": [[1]],
                }
            },
            "mass_plane.cross_sections.points: ",
        ),
    ],
)
def test_refusals(changes: dict[str, Any], message: str) -> None:
    assert message in refusal(**changes)


def test_listed_sample_with_the_name_of_a_point_is_refused() -> None:
    merged = default_with("config/soft_electrons/mass_plane.yaml")
    samples = read_configs(["config/soft_electrons/samples.yaml"])
    merged["samples"] = {**samples, "plane_93_90": samples["higgsino_153_150"]}
    for key in ("parts", "events_per_part"):
        merged["simulation"][key]["plane_93_90"] = 1
    with pytest.raises(ConfigError, match=r"samples\.plane_93_90: is the name of a point"):
        load(merged)


def test_sources_are_named() -> None:
    block = grid().mass_plane
    assert block is not None
    assert "Resummino" in block.cross_sections.source
    assert all(limit.source for limit in block.published.values())
    assert block.published["lep"].trust == "digitised"
