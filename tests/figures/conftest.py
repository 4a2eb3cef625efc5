"""Names and looks of a run, and its figures drawn from synthetic files."""

from __future__ import annotations

import pytest

from hepchain.config.figures import EfficiencyMark, FiguresConfig, ReferenceStudy
from hepchain.figures.style import Things
from tests.figures.drawings import Figures
from tests.figures.figure_chain import Chain
from tests.figures.figure_inputs import POINTS


@pytest.fixture(scope="session")
def things() -> Things:
    return Things(
        categories={
            "trt_calorimeter": "TRT and calorimeter",
            "calorimeter": "calorimeter only",
            "trt": "TRT only",
            "silicon": "silicon only",
        },
        taggers={"keras": "neural network", "xgboost": "boosted trees"},
        signals={name: f"higgsino ({name[9:12]}, {name[13:16]}) GeV" for name in POINTS},
        backgrounds={"wenu_jets": "W → eν + jets"},
        labels={"signal": "electrons", "background": "hadrons"},
    )


@pytest.fixture(scope="session")
def config() -> FiguresConfig:
    return FiguresConfig(
        formats=["pdf", "png"],
        label="Simulation, open detector response",
        energy=13.0,
        pt_edges=[0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0],
        reference=ReferenceStudy(
            category_shares={"trt": 0.161, "silicon": 0.076},
            efficiency=[
                EfficiencyMark(pt=(1.0, 1.0), low=0.5, high=0.5),
                EfficiencyMark(pt=(2.0, 2.0), low=0.6, high=0.7),
                EfficiencyMark(pt=(3.0, 5.0), low=0.8, high=None),
            ],
        ),
    )


@pytest.fixture(scope="session")
def drawn(
    tmp_path_factory: pytest.TempPathFactory, things: Things, config: FiguresConfig
) -> Figures:
    """Figures of a run with enough tracks."""
    return Figures(Chain(tmp_path_factory.mktemp("chain"), 6000), things, config)


@pytest.fixture(scope="session")
def drawn_empty(
    tmp_path_factory: pytest.TempPathFactory, things: Things, config: FiguresConfig
) -> Figures:
    """Figures of a run in which no track is left."""
    return Figures(Chain(tmp_path_factory.mktemp("empty"), 0), things, config)
