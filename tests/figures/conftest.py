"""Names and looks of a run, and all its figures drawn once from synthetic files."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parent))

import figure_inputs as inputs
from figure_inputs import CATEGORIES, POINTS

from hepchain.config.figures import FiguresConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures import (
    calibration_curves,
    category_shares,
    combination_comparison,
    cutflow,
    dependence,
    efficiency_vs_pt,
    efficiency_vs_pt_by_category,
    fake_composition,
    fit_correlations,
    impacts,
    loss_curves,
    m_ee_lineshape,
    mass,
    reference,
    roc,
    score_distributions,
    sensitivity,
    training_comparison,
    variations,
    working_point_scan,
    yields,
)
from hepchain.figures.points import read_points
from hepchain.figures.style import Things
from hepchain.io.structured import write_json


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
    )


@pytest.fixture(scope="session")
def config() -> FiguresConfig:
    return FiguresConfig(
        formats=["pdf", "png"],
        label="Simulation, open detector response",
        energy=13.0,
        pt_edges=[0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0],
    )


@dataclass(frozen=True)
class Drawn:
    """A figure and the numbers in it."""

    figure: Figure
    numbers: Any


class Chain:
    """Files of a run as docs/contracts.md describes them, with ``tracks`` tracks a sample."""

    def __init__(self, root: Path, tracks: int) -> None:
        self.root, self.tracks = root, tracks
        self.taggers = {"keras": 1.0, "xgboost": 0.85}
        for row, sample in enumerate((*POINTS, "wenu_jets")):
            self._sample(row, sample)
        for tagger, strength in self.taggers.items():
            content = inputs.working_points(inputs.tracks(20_000, 0.05, 2, strength))
            write_json(self.points(tagger), content)
            write_json(self.calibration(tagger), inputs.calibration())
            self._trainings(tagger)

    def scores(self, tagger: str, sample: str = "higgsino_153_150") -> Path:
        return self.root / f"combination/{tagger}/{sample}.parquet"

    def points(self, tagger: str) -> Path:
        return self.root / f"combination/{tagger}/working_points.json"

    def calibration(self, tagger: str) -> Path:
        return self.root / f"combination/{tagger}/calibration.json"

    def events(self, sample: str) -> Path:
        return self.root / f"skimming/{sample}/events-0.parquet"

    def selected(self, sample: str, suffix: str) -> Path:
        return self.root / f"selection/{sample}.{suffix}"

    def model(self, tagger: str, category: str, fold: int) -> Path:
        return self.root / f"training/{tagger}/{category}/fold{fold}"

    def results(self) -> list[Path]:
        return [self.root / f"statistics/{point}/result.json" for point in POINTS]

    def scans(self) -> list[Path]:
        return [path.with_name("working_point_scan.json") for path in self.results()]

    def fits(self) -> list[Path]:
        return [path.with_name("fit.json") for path in self.results()]

    def _sample(self, row: int, sample: str) -> None:
        signal = sample in POINTS
        self._events(row, sample)
        for tagger, strength in self.taggers.items():
            share = 0.05 if signal else 0.002
            columns = inputs.tracks(self.tracks, share, row, strength)
            inputs.write(self.scores(tagger, sample), columns)
        candidates = inputs.candidates(
            self.tracks // 10, 300.0 if signal else 20_000.0, POINTS.get(sample, 6.0), signal, row
        )
        inputs.write(self.selected(sample, "parquet"), candidates)
        regions = [sample] if signal else POINTS
        shares = (1.0, 0.5, 0.9, 0.9, 0.6) if signal else (1.0, 0.1, 0.5, 0.4, 0.05)
        first = 2000.0 if signal else 1e6
        empty = not self.tracks
        write_json(
            self.selected(sample, "json"),
            {point: inputs.cut_flow(point, 0.0 if empty else first, shares) for point in regions},
        )
        if signal:
            self._signal(row, sample)

    def _events(self, row: int, sample: str) -> None:
        random = np.random.default_rng(row)
        count = self.tracks // 10
        mass = POINTS.get(sample, 0.0) * np.sqrt(1 - (1 - random.random(count)) ** 0.4)
        events = {
            "event_number": np.arange(count),
            "mu": random.uniform(10.0, 60.0, count),
            "truth_m_ee": mass.astype(np.float32),
            "weight": np.full(count, 0.7),
        }
        inputs.write(self.events(sample), events)

    def _signal(self, row: int, sample: str) -> None:
        features = inputs.tracks(self.tracks, 0.3, 50 + row)
        inputs.write(self.root / f"features/{sample}/features-0.parquet", features)
        status = "insufficient: 2 events" if row == 1 or not self.tracks else "ok"
        empty = 0.0 if not self.tracks else 1.0
        write_json(
            self.root / f"statistics/{sample}/result.json",
            inputs.result(sample, 300.0 * empty, 9000.0 * empty, status),
        )
        write_json(
            self.root / f"statistics/{sample}/working_point_scan.json",
            inputs.scan(sample, not self.tracks),
        )
        write_json(self.root / f"statistics/{sample}/fit.json", inputs.fit(sample, not self.tracks))

    def _trainings(self, tagger: str) -> None:
        epochs = np.arange(12)
        for row, category in enumerate(CATEGORIES):
            for fold in range(2):
                loss = 0.3 + 0.05 * row + 0.01 * fold + 0.4 * np.exp(-epochs / 3)
                history = {"loss": loss, "val_loss": loss + 0.02 + 0.002 * (epochs - 7) ** 2}
                if tagger == "keras":
                    history |= {"accuracy": 1 - loss / 2, "val_accuracy": 0.99 - loss / 2}
                content = {name: values.tolist() for name, values in history.items()}
                write_json(self.model(tagger, category, fold) / "history.json", content)


def draw_all(chain: Chain, things: Things, config: FiguresConfig) -> dict[str, Drawn]:
    """Every figure, with warnings as errors."""
    names = list(things.categories)
    test = {tagger: chain.scores(tagger) for tagger in chain.taggers}
    drawn: dict[str, Drawn] = {}

    def add(name: str, module: Any, numbers: Any, *more: Any) -> None:
        drawn[name] = Drawn(module.draw(numbers, things, config, *more), numbers)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shares = [
            category_shares.category_shares(
                point, [chain.root / f"features/{point}/features-0.parquet"], names
            )
            for point in POINTS
        ]
        add("category_shares", category_shares, shares, reference.CATEGORY_SHARES)
        shapes = [
            m_ee_lineshape.line_shape(
                point, [chain.root / f"skimming/{point}/events-0.parquet"], splitting
            )
            for point, splitting in POINTS.items()
        ]
        add("m_ee_lineshape", m_ee_lineshape, shapes)
        for tagger, kind in (("keras", "network"), ("xgboost", "trees")):
            models = {(c, fold): chain.model(tagger, c, fold) for c in names for fold in range(2)}
            trainings = loss_curves.trainings(tagger, kind, models)
            add(f"loss_curves_{tagger}", loss_curves, trainings)
        arguments = ("keras", test["keras"], chain.points("keras"), names)
        scores = score_distributions.score_distributions(*arguments)
        add("score_distributions", score_distributions, scores)
        by_pt = score_distributions.score_by_pt("keras", test["keras"], chain.points("keras"))
        add("score_by_pt", score_distributions, by_pt)
        balance = BalanceConfig(
            pt_edges=[0.5, 1.0, 2.0, 5.0], abs_eta_edges=[0.0, 1.2, 2.5], max_weight_ratio=50.0
        )
        calibration = calibration_curves.calibration_curves(
            "keras", test["keras"], [test["keras"]], chain.calibration("keras"), names, balance, 1
        )
        add("calibration_curves", calibration_curves, calibration)
        evaluated = {
            name: dependence.SampleFiles(chain.scores("keras", name), [chain.events(name)])
            for name in ("higgsino_153_150", "wenu_jets")
        }
        shares_against = dependence.dependence(
            "keras", evaluated, chain.points("keras"), config.pt_edges
        )
        add("dependence", dependence, shares_against)
        seen = training_comparison.training_comparison(
            "keras", inputs.seen_tracks(chain.tracks), names, 1
        )
        add("training_comparison", training_comparison, seen)
        add("roc", roc, roc.rocs(test, names), 0.05)
        combined = combination_comparison.combinations(test, names)
        add("combination_comparison", combination_comparison, combined, 0.05)
        efficiencies = efficiency_vs_pt.pt_efficiencies(*arguments, config.pt_edges)
        add("efficiency_vs_pt", efficiency_vs_pt, efficiencies, reference.EFFICIENCY)
        add("efficiency_vs_pt_by_category", efficiency_vs_pt_by_category, efficiencies)
        fakes = fake_composition.fake_composition(
            "keras",
            {name: chain.scores("keras", name) for name in ("higgsino_153_150", "wenu_jets")},
            {"wenu_jets": chain.selected("wenu_jets", "parquet")},
            chain.points("keras"),
            "overall",
        )
        add("fake_composition", fake_composition, fakes)
        varied = {f"{name}_up": test["xgboost"] for name in ("noise", "material")}
        changes = variations.variations(
            "keras", "higgsino_153_150", test["keras"], varied, chain.points("keras"), "overall"
        )
        add("variations", variations, changes, {"noise_up": "calorimeter noise +20 %"})
        flows = cutflow.cut_flows(
            {point: chain.selected(point, "json") for point in POINTS},
            {"wenu_jets": chain.selected("wenu_jets", "json")},
        )
        add("cutflow", cutflow, flows, 139.0)
        spectra = mass.mass_spectra(
            {point: chain.selected(point, "parquet") for point in POINTS},
            [chain.selected("wenu_jets", "parquet")],
            (3.0, 3.2),
        )
        add("mass", mass, spectra, 139.0)
        add("yields", yields, read_points(chain.results()))
        scans = working_point_scan.read_scans(chain.scans())
        add("working_point_scan", working_point_scan, scans)
        add("impacts", impacts, impacts.read_fits(chain.fits()))
        add("fit_correlations", fit_correlations, fit_correlations.read_correlations(chain.fits()))
        limits = sensitivity.sensitivity(
            chain.results(),
            {point: chain.scores("keras", point) for point in POINTS},
            chain.points("keras"),
            "overall",
        )
        add("sensitivity", sensitivity, limits)
    return drawn


@pytest.fixture(scope="session")
def drawn(
    tmp_path_factory: pytest.TempPathFactory, things: Things, config: FiguresConfig
) -> dict[str, Drawn]:
    """All figures of a run with enough tracks."""
    return draw_all(Chain(tmp_path_factory.mktemp("chain"), 6000), things, config)


@pytest.fixture(scope="session")
def drawn_empty(
    tmp_path_factory: pytest.TempPathFactory, things: Things, config: FiguresConfig
) -> dict[str, Drawn]:
    """All figures of a run in which no track is left."""
    return draw_all(Chain(tmp_path_factory.mktemp("empty"), 0), things, config)
