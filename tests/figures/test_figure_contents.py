"""Numbers of the other figures, counted by hand on tiny inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from figure_inputs import POINTS, cut_flow, write
from scipy.integrate import quad

from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures import (
    cutflow,
    fake_composition,
    loss_curves,
    m_ee_lineshape,
    mass,
    score_distributions,
)
from hepchain.figures.style import Things
from hepchain.io.structured import write_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.truth import Label

HISTORY = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 1.5, 2.0]}


class TestScoreDistributions:
    EDGES = np.array([0.0, 1.0, 2.0])
    TABLE: ClassVar = {
        "category": np.array(["trt", "trt", "silicon", "trt"]),
        "pt": np.array([0.7, 1.5, 1.0, 0.7]),
        "label": np.array([1, 1, 1, 0]),
        "weight": np.array([1.0, 3.0, 4.0, 1.0]),
        "score": np.array([0.5, 1.5, 1.5, 0.5]),
    }

    def test_normalised_to_one(self) -> None:
        found = score_distributions.distributions(
            [self.TABLE], Label.ELECTRON, self.EDGES, score_distributions.Categories(["trt"])
        )
        assert found["all"].share == pytest.approx([1 / 8, 7 / 8])
        assert found["all"].error == pytest.approx([1 / 8, 5 / 8])
        assert found["trt"].share == pytest.approx([0.25, 0.75])
        assert (found["all"].tracks, found["trt"].tracks) == (3, 2)

    def test_regimes_of_pt_share_no_track(self) -> None:
        regimes = score_distributions.Regimes([0.5, 1.0, 2.0])
        found = score_distributions.distributions([self.TABLE], Label.ELECTRON, self.EDGES, regimes)
        assert [values.tracks for values in found.values()] == [3, 1, 2]
        assert found["1 to 2 GeV"].share == pytest.approx([0.0, 1.0])

    def test_each_regime_shows_both_thresholds(self, drawn: dict[str, Any]) -> None:
        figure, numbers = drawn["score_by_pt"].figure, drawn["score_by_pt"].numbers
        shown = [
            [line.get_xdata()[0] for line in axes.lines] for axes in figure.axes if axes.axison
        ]
        own = list(numbers.own_thresholds.values())
        assert shown == [[numbers.threshold], *([numbers.threshold, value] for value in own)]

    def test_range_of_no_and_of_one_score(self) -> None:
        assert score_distributions.score_range([]) == (0.0, 1.0)
        assert score_distributions.score_range([{"score": np.array([2.0])}]) == (1.5, 2.5)


class TestFakeComposition:
    TABLE: ClassVar = {
        "label": np.array([0, 0, 0, 0, 1, 2]),
        "weight": np.array([1.0, 3.0, 2.0, 2.0, 50.0, 4.0]),
        "pt": np.full(6, 1.0),
        "score": np.array([2.0, 0.0, 2.0, 0.0, 2.0, 2.0]),
        "truth_pdg_id": np.array([211, -211, -321, 999, 11, 11]),
        "truth_origin": np.array([2, 2, 6, 0, 1, 3]),
        "truth_is_pileup": np.array([0, 1, 0, 1, 0, 0]),
    }

    @pytest.fixture
    def rows(self) -> dict[tuple[str, str], fake_composition.Row]:
        point = WorkingPoint((-np.inf, np.inf), (1.0,))
        rows = fake_composition.count("signal", [self.TABLE], point)
        return {(row.group, row.kind): row for row in rows}

    def test_rates(self, rows: dict[tuple[str, str], fake_composition.Row]) -> None:
        assert rows["all", "all hadron tracks"].rate.value == pytest.approx(3 / 8)
        assert rows["all", "pile-up"].rate.value == 0.0
        assert rows["all", "hard scatter"].rate.value == 1.0
        assert rows["particle", "pions"].rate.value == pytest.approx(0.25)
        assert rows["particle", "kaons"].rate.value == 1.0
        assert rows["electron", "e of conversions"].rate.value == 1.0

    def test_shares_of_particles_and_of_origins_add_up(
        self, rows: dict[tuple[str, str], fake_composition.Row]
    ) -> None:
        for group in ("particle", "origin"):
            shares = [row.share for row in rows.values() if row.group == group]
            assert sum(shares) == pytest.approx(1.0)
        assert rows["all", "pile-up"].share == pytest.approx(5 / 8)

    def test_table_has_a_column_pair_for_each_set_of_tracks(
        self, drawn: dict[str, Any], things: Things
    ) -> None:
        table = fake_composition.table(drawn["fake_composition"].numbers, things)
        assert len(table.header) == 1 + 2 * 3
        assert table.header[-1] == "candidates of W → eν + jets: passes"
        assert {len(row) for row in table.rows} == {len(table.header)}
        first = table.rows[0]
        assert first[:2] == ["all hadron tracks", "100 %"]
        value, low, high = (float(x.strip("[],")) for x in first[2].split()[:3])
        assert low < value < high

    def test_table_without_tracks(self, drawn_empty: dict[str, Any], things: Things) -> None:
        assert not fake_composition.table(drawn_empty["fake_composition"].numbers, things).rows

    def test_denominator_is_printed_below(self, drawn: dict[str, Any]) -> None:
        figure, numbers = drawn["fake_composition"].figure, drawn["fake_composition"].numbers
        printed = " ".join(figure._supxlabel.get_text().split())
        assert numbers.denominator in printed


class TestLineShape:
    @pytest.mark.parametrize("splitting", [1.0, 3.0, 5.0])
    def test_cumulative_is_the_integral(self, splitting: float) -> None:
        def shape(m: float) -> float:
            return float(m * (splitting**2 - m**2) ** 1.5)

        total = quad(shape, 0, splitting)[0]
        for mass_ in (0.3 * splitting, 0.5 * splitting, 0.9 * splitting):
            share = float(m_ee_lineshape.cumulative(np.array(mass_), splitting))
            assert share == pytest.approx(quad(shape, 0, mass_)[0] / total)

    def test_generated_shape_agrees_and_another_does_not(self) -> None:
        random = np.random.default_rng(3).random(20_000)
        weight = np.full(20_000, 0.3)
        right = 3.0 * np.sqrt(1 - (1 - random) ** 0.4)
        # Three-body phase space alone: dN/dm of m sqrt(1 - m^2), too hard for higgsinos.
        hard = 3.0 * np.sqrt(1 - (1 - random) ** (2 / 3))
        probabilities = [
            m_ee_lineshape.count("s", [{"truth_m_ee": m, "weight": weight}], 3.0).probability
            for m in (right, hard)
        ]
        assert probabilities[0] > 0.01
        assert probabilities[1] < 1e-6

    def test_density_has_unit_area_and_skips_events_without_pair(self) -> None:
        table = {"truth_m_ee": np.array([0.1, 1.0, np.nan]), "weight": np.array([1.0, 3.0, 7.0])}
        shape = m_ee_lineshape.count("s", [table], 3.0)
        assert (shape.density * np.diff(shape.edges)).sum() == pytest.approx(1.0)
        assert (shape.expected * np.diff(shape.edges)).sum() == pytest.approx(1.0)
        assert shape.events == 2


class TestMass:
    def test_every_candidate_has_one_component(self) -> None:
        table = {
            "truth_pdg_id": np.array([211, -321, 2212, 13, 0, 211, 11, 11]),
            "truth_is_pileup": np.array([0, 0, 0, 0, 0, 1, 1, 0]),
            "label": np.array([0, 0, 0, 0, 3, 0, 2, 1]),
        }
        assert mass.component(table).tolist() == [
            "pion", "kaon", "proton", "muon", "other", "pileup", "electron", "electron",
        ]  # fmt: skip

    def test_weighted_before_and_after(self, tmp_path: Path) -> None:
        table = {
            "mass": [0.1, 0.1, 1.1, 7.0],
            "weight": [1.0, 2.0, 4.0, 8.0],
            "passes_tagger": [True, False, True, True],
            "label": [0, 0, 0, 0],
            "truth_pdg_id": [211, 211, 211, 211],
            "truth_is_pileup": [0, 0, 0, 0],
        }
        path = write(tmp_path / "candidates.parquet", table)
        numbers = mass.mass_spectra({"signal": path}, [path], (3.0, 3.2))
        pions = numbers.background["pion"]
        assert pions.weighted[:, 0].tolist() == [3.0, 1.0]
        assert pions.error[:, 0] == pytest.approx([np.sqrt(5), 1.0])
        assert pions.total.tolist() == [7.0, 5.0]
        assert numbers.passing["signal"][0].value == pytest.approx(1 / 3)
        assert numbers.passing["background"][1].value == 1.0


class TestCutFlow:
    @pytest.fixture
    def files(self, tmp_path: Path) -> tuple[dict[str, Path], dict[str, Path]]:
        shares = (1.0, 0.5, 0.5, 1.0, 0.1)
        for name in ("higgsino_153_150", "higgsino_155_150"):
            write_json(tmp_path / f"{name}.json", {name: cut_flow(name, 100.0, shares)})
        write_json(
            tmp_path / "wenu_jets.json",
            {point: cut_flow(point, 1000.0, shares) for point in POINTS},
        )
        signals = ("higgsino_153_150", "higgsino_155_150")
        return (
            {name: tmp_path / f"{name}.json" for name in signals},
            {"wenu_jets": tmp_path / "wenu_jets.json"},
        )

    def test_yields_are_those_of_the_files(
        self, files: tuple[dict[str, Path], dict[str, Path]]
    ) -> None:
        flows = cutflow.cut_flows(*files)
        assert [(flow.sample, flow.point) for flow in flows] == [
            ("higgsino_153_150", "higgsino_153_150"),
            ("higgsino_155_150", "higgsino_155_150"),
            ("wenu_jets", "higgsino_153_150"),
            ("wenu_jets", "higgsino_155_150"),
        ]
        assert flows[2].weighted == pytest.approx([1000, 500, 250, 250, 25])
        assert flows[2].error == pytest.approx(np.sqrt(flows[2].weighted / 3))

    def test_table(self, files: tuple[dict[str, Path], dict[str, Path]], things: Things) -> None:
        table = cutflow.table(cutflow.cut_flows(*files), things, 139.0)
        assert table.header[1] == "higgsino (153, 150) GeV"
        assert table.rows[3][0] == "m(track, e) < 3 GeV / m(track, e) < 5 GeV"
        assert table.rows[-1][3] == "25.0 ± 2.9 [75]"
        assert "139 fb-1" in table.note

    def test_drawn_steps_are_the_yields(
        self,
        files: tuple[dict[str, Path], dict[str, Path]],
        things: Things,
        config: FiguresConfig,
    ) -> None:
        figure = cutflow.draw(cutflow.cut_flows(*files), things, config, 139.0)
        steps = [patch.get_data().values for patch in figure.axes[0].patches]
        assert any(len(s) == 5 and np.allclose(s, [100, 50, 25, 25, 2.5]) for s in steps)

    def test_missing_mass_point(self, tmp_path: Path) -> None:
        write_json(tmp_path / "a.json", {"other": []})
        with pytest.raises(InputError, match=r"no cut-flow of mass point signal; found"):
            cutflow.cut_flows({"signal": tmp_path / "a.json"}, {})


class TestLossCurves:
    def test_best_epoch_has_the_smallest_validation_loss(self) -> None:
        assert loss_curves.training("trt", 0, HISTORY, "here").best == 2

    @pytest.mark.parametrize(
        "history",
        [{"loss": [1.0]}, HISTORY | {"loss": [1.0]}, {"loss": [], "val_loss": []}],
    )
    def test_unusable_history(self, history: dict[str, list[float]]) -> None:
        with pytest.raises(InputError, match=r"here: history\.json needs lists loss and val_loss"):
            loss_curves.training("trt", 0, history, "here")

    def test_trees_have_a_row_for_the_loss_alone(self, drawn: dict[str, Any]) -> None:
        assert len(drawn["loss_curves_xgboost"].figure.axes) == 4
        assert len(drawn["loss_curves_keras"].figure.axes) == 8

    def test_best_epochs_are_marked(self, drawn: dict[str, Any]) -> None:
        axes = drawn["loss_curves_keras"].figure.axes[0]
        circles = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(circles) == 2
        bests = {model.best for model in drawn["loss_curves_keras"].numbers.models}
        assert {int(circle.get_xdata()[0]) for circle in circles} <= bests
