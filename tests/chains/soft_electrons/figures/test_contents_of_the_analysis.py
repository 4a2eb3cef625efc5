"""Numbers of the figures of the analysis, counted by hand on tiny inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from scipy.integrate import quad

from hepchain.chains.soft_electrons.figures import (
    cutflow,
    fake_composition,
    m_ee_lineshape,
    mass_spectra,
)
from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures.style import Things
from hepchain.io.structured import write_json
from hepchain.selection.working_point import WorkingPoint
from tests.figures.figure_inputs import POINTS, cut_flow, lines_of, write


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
        assert len(table.frame.columns) == 1 + 2 * 3
        assert list(table.frame)[-1] == "candidates of W → eν + jets: passes"
        assert {len(row) for row in lines_of(table)} == {len(table.frame.columns)}
        first = lines_of(table)[0]
        assert first[:2] == ["all hadron tracks", "100 %"]
        value, low, high = (float(x.strip("[],")) for x in first[2].split()[:3])
        assert low < value < high

    def test_table_without_tracks(self, drawn_empty: dict[str, Any], things: Things) -> None:
        assert fake_composition.table(drawn_empty["fake_composition"].numbers, things).frame.empty

    def test_denominator_is_printed_below(self, drawn: dict[str, Any], things: Things) -> None:
        figure, numbers = drawn["fake_composition"].figure, drawn["fake_composition"].numbers
        printed = " ".join(figure._supxlabel.get_text().split())
        assert fake_composition._denominator(numbers, things) in printed


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
        assert mass_spectra.component(table).tolist() == [
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
        numbers = mass_spectra.mass_spectra({"signal": path}, [path], (3.0, 3.2), 10.0)
        pions = numbers.background["pion"]
        assert pions.weighted[:, 0].tolist() == [30.0, 10.0]
        assert pions.error[:, 0] == pytest.approx([10.0 * np.sqrt(5), 10.0])
        assert pions.total.tolist() == [70.0, 50.0]
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
        flows = cutflow.cut_flows(*files, 10.0)
        assert [(flow.sample, flow.point) for flow in flows] == [
            ("higgsino_153_150", "higgsino_153_150"),
            ("higgsino_155_150", "higgsino_155_150"),
            ("wenu_jets", "higgsino_153_150"),
            ("wenu_jets", "higgsino_155_150"),
        ]
        assert flows[2].weighted == pytest.approx([10000, 5000, 2500, 2500, 250])
        assert flows[2].error == pytest.approx(np.sqrt(10.0 * flows[2].weighted / 3))

    def test_table(self, files: tuple[dict[str, Path], dict[str, Path]], things: Things) -> None:
        table = cutflow.table(cutflow.cut_flows(*files, 1.0), things, 139.0)
        assert list(table.frame)[1] == "higgsino (153, 150) GeV"
        assert lines_of(table)[3][0] == "m(track, e) < 3 GeV / m(track, e) < 5 GeV"
        assert lines_of(table)[-1][3] == "25.0 ± 2.9 [75]"
        assert "139 fb-1" in table.note

    def test_drawn_steps_are_the_yields(
        self,
        files: tuple[dict[str, Path], dict[str, Path]],
        things: Things,
        config: FiguresConfig,
    ) -> None:
        figure = cutflow.draw(cutflow.cut_flows(*files, 1.0), things, config, 139.0)
        patches = [patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
        steps = [np.asarray(patch.get_data()[0]) for patch in patches]
        assert any(len(s) == 5 and np.allclose(s, [100, 50, 25, 25, 2.5]) for s in steps)

    def test_missing_mass_point(self, tmp_path: Path) -> None:
        write_json(tmp_path / "a.json", {"other": []})
        with pytest.raises(InputError, match=r"no cut-flow of mass point signal; found"):
            cutflow.cut_flows({"signal": tmp_path / "a.json"}, {}, 1.0)
