"""Files of a run with synthetic numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import tests.figures.figure_inputs as inputs
from hepchain.io.structured import write_json
from tests.figures.figure_inputs import CATEGORIES, POINTS


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

    def models(self, tagger: str) -> list[Path]:
        return [self.model(tagger, name, fold) for name in CATEGORIES for fold in range(2)]

    def test(self) -> dict[str, Path]:
        return {tagger: self.scores(tagger) for tagger in self.taggers}

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
                folder = self.model(tagger, category, fold)
                write_json(folder / "history.json", content)
                write_json(folder / "metadata.json", inputs.metadata(tagger, category, fold))
