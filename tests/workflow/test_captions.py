"""What captions of the report say of a run is what its configuration says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.workspace import RESULTS, Workspace

RENDER = str(Path(__file__).with_name("rendered_captions.py"))
CURVE = f"{RESULTS}/figures/efficiency_vs_pt_xgboost.png"
TARGETS = ("all", "soft_electrons_studies", "soft_electrons_event_classifiers")


def captions(workspace: Workspace, *files: str) -> dict[str, str]:
    target = workspace.root / "captions.json"
    options = ["-n", "-q", "all", "--cores", "1", *(["--configfile", *files] if files else [])]
    run = workspace.python(RENDER, str(target), *options, "--", *TARGETS)
    assert run.status == 0, run.output
    return {name: " ".join(text.split()) for name, text in json.loads(target.read_text()).items()}


@pytest.fixture(scope="module")
def default(workspace: Workspace) -> dict[str, str]:
    return captions(workspace)


def test_every_caption_is_rendered(default: dict[str, str], workspace: Workspace) -> None:
    """Each key and parameter it speaks of exists, or it would have failed."""
    assert len(default) > 30
    assert all(len(text) > 50 and "{{" not in text for text in default.values())


def test_what_the_default_run_is(default: dict[str, str]) -> None:
    curve = default[CURVE]
    assert "for 1 % of the hadrons a track is made of hits of several particles" in curve
    assert "clusters of close particles are merged" in curve
    assert "told in config/detector/response.yaml" in curve
    assert "know no neighbours" not in curve
    yields = default[f"{RESULTS}/figures/yields.png"]
    assert "In the background: W → eν + jets, W → τν + jets, nothing else." in yields
    assert "Hatched: masses left out, 3.0 to 3.2 GeV." in default[f"{RESULTS}/figures/mass.png"]
    assert "electron tracks of 0.5 to 5.0 GeV" in default["workflow"]


@pytest.mark.thorough
def test_another_run(workspace: Workspace) -> None:
    """Nothing of the default run is left in the captions of another one."""
    response = yaml.safe_load((workspace.root / "config/detector/response.yaml").read_text())
    response["tracking"]["fake_share"]["value"] = 0.03
    response["calorimeter"]["shapes_source"] = "drawn by hand"
    (workspace.root / "detector.yaml").write_text(yaml.safe_dump(response))
    changed = {
        "simulation": {"response": "detector.yaml"},
        "selection": {"candidate": {"mass_veto": [2.9, 3.3]}},
        "combination": {"working_points": {"fake_rate": 0.02}},
        "figures": {"titles": {"wenu_jets": "W bosons"}},
        "statistics": {
            "mass_bins": 2,
            "scan": {
                "discriminants": {
                    name: {"title": f"in {name}", "mass_bins": 1, "fake_rates": [0.02]}
                    for name in ("count", "mass", "score", "mass_score")
                }
            },
        },
    }
    found = captions(workspace, workspace.write_config("another.yaml", changed))
    curve = found[CURVE]
    assert "Ours is at 2 % of the tracks" in curve
    assert "means and widths (drawn by hand)" in curve
    assert "for 3 % of the hadrons" in curve
    assert "told in detector.yaml" in curve
    shares = found[f"{RESULTS}/figures/category_shares.png"]
    assert "clusters in detector.yaml; an electron" in shares
    assert (
        "background: W bosons, W → τν + jets, nothing else"
        in found[f"{RESULTS}/figures/yields.png"]
    )
    assert "2.9 to 3.3 GeV" in found[f"{RESULTS}/figures/mass.png"]
    assert "One count" not in found[f"{RESULTS}/figures/fit_correlations.png"]
    assert "bins (in count, in mass, in" in found[f"{RESULTS}/figures/working_point_scan.png"]
