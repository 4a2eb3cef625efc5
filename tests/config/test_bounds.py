"""Numbers that no detector, collider or analysis has are refused with their key."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from hepchain.errors import ConfigError
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

Refusal = Callable[[str, Any], str]


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch) -> Refusal:
    """Function (dotted key, value) -> message of the default run with it."""
    monkeypatch.chdir(REPOSITORY)
    default = default_with()
    default["samples"] = yaml.safe_load((REPOSITORY / default["samples"]).read_text())

    def refused(path: str, value: Any) -> str:
        changed = copy.deepcopy(default)
        *above, last = path.split(".")
        block = changed
        for key in above:
            block = block[key]
        block[last] = value
        with pytest.raises(ConfigError) as error:
            load(changed)
        return str(error.value)

    return refused


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("statistics.luminosity", 139_000.0),
        ("statistics.luminosity_uncertainty", 1.7),
        ("statistics.background_uncertainty", 50.0),
        ("statistics.control.transfer_uncertainty", 10.0),
        ("statistics.signal_uncertainties.cross_section.size", [[80, 2.6], [300, 5.0]]),
        ("selection.candidate.max_delta_phi_met", 180.0),
        ("selection.candidate.delta_r", [0.1, 90.0]),
        ("selection.candidate.mass_veto", [3000.0, 32000.0]),
        ("selection.electron.max_pt", 10_000.0),
        ("selection.met", 200_000.0),
        ("selection.leading_jet_pt", 100_000.0),
        ("skimming.tracks.pt", [500.0, 50_000.0]),
        ("skimming.tracks.max_abs_eta", 25.0),
        ("skimming.isolation.cone", 30.0),
        ("training.balance.abs_eta_edges", [0.0, 25.0]),
        ("event_classifier.max_delta_phi_electron_met", 57.0),
        ("samples.higgsino_153_150.masses", {"n2": 153_000.0, "n1": 150_000.0}),
    ],
)
def test_impossible_numbers(refusal: Refusal, path: str, value: Any) -> None:
    assert path in refusal(path, value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "selection.candidate.pt",
            [0.5, 5000.0],
            "[0.5, 5000] GeV is not within skimming.tracks.pt [0.5, 5] GeV",
        ),
        ("selection.candidate.pt", [500.0, 5000.0], "(both in GeV, not MeV)"),
        ("selection.candidate.pt", [0.3, 5.0], "narrow it"),
        ("skimming.tracks.pt", [0.5, 4.0], "selection.candidate.pt: [0.5, 5] GeV is not within"),
        ("combination.working_points.pt_edges", [500.0, 1000.0], "no bin of"),
        ("training.balance.pt_edges", [500.0, 1000.0], "training.balance.pt_edges: no bin of"),
        ("figures.pt_edges", [500.0, 5000.0], "figures.pt_edges: no bin of"),
        (
            "statistics.approaches.matched_electron.pt_edges",
            [2000.0, 2500.0, 5000.0],
            "statistics.approaches.matched_electron.pt_edges: no bin of",
        ),
        (
            "statistics.approaches.matched_electron.alternatives.few_hadrons.pt_edges",
            [2000.0, 2500.0, 5000.0],
            "matched_electron.alternatives.few_hadrons.pt_edges: no bin of",
        ),
        (
            "training.taggers.xgboost.pt_boundaries",
            [1500.0],
            "training.taggers.xgboost.pt_boundaries: 1500 GeV does not divide",
        ),
    ],
)
def test_ranges_of_pt_beyond_what_the_skim_keeps(
    refusal: Refusal, path: str, value: Any, message: str
) -> None:
    assert message in refusal(path, value)


def test_a_sum_of_weights_goes_first_only_where_there_is_one(refusal: Refusal) -> None:
    assert "needs `sum_of_weights`" in refusal("samples.wenu_jets.override_sum_of_weights", True)
