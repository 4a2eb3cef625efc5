"""Toys: events of two classes with inputs of known densities, and files of the selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.event_classifier.events import EventCandidates
from hepchain.chains.soft_electrons.event_classifier.job import ClassifierInputs
from hepchain.chains.soft_electrons.event_classifier.training import Events
from hepchain.io.parquet import ParquetWriter
from hepchain.labels import Label

TREES: dict[str, Any] = {
    "trees": 60,
    "depth": 2,
    "learning_rate": 0.1,
    "min_child_weight": 5.0,
    "subsample": 0.7,
    "colsample": 1.0,
    "l2": 5.0,
}
CONFIG = EventClassifierConfig.model_validate(
    {
        "discriminant": "both",
        "trees": TREES,
        "inner_folds": 4,
        "signal_efficiency": 0.6,
        "bins": 2,
        "min_effective_events": 5.0,
        "max_delta_phi_electron_met": 1.0,
        "retrainings": 1,
        "min_events": 50,
    }
)

SPLITTINGS = {"light": 3.0, "heavy": 3.0, "wide": 5.0}

Floats = npt.NDArray[np.float64]


def config(**changes: Any) -> EventClassifierConfig:
    """The configuration with some keys changed; ``trees``: some keys of theirs."""
    trees = {**TREES, **changes.pop("trees", {})}
    return EventClassifierConfig.model_validate(CONFIG.model_dump() | changes | {"trees": trees})


@dataclass(frozen=True)
class Toy:
    """Mass points and one background, whose only informative input has known densities."""

    splittings: Mapping[str, float]
    signal: Callable[[np.random.Generator, int, float], Floats]
    """(generator, events, splitting) -> input of the signal."""
    background: Callable[[np.random.Generator, int], Floats]
    signal_events: int = 1500
    background_events: int = 6000

    def view(self, sample: str, point: str) -> Events:
        """Events of a sample at the splitting of a point, the same whenever asked."""
        splitting = self.splittings[point]
        seed = [*self.splittings, "background"].index(sample)
        random = np.random.default_rng(seed)
        if sample == "background":
            x = self.background(random, self.background_events)
        else:
            x = self.signal(random, self.signal_events, splitting)
        inputs = np.stack([np.full(len(x), splitting), x, random.normal(size=len(x))], axis=1)
        return Events(
            event_number=np.arange(len(x), dtype=np.int64),
            weight=np.full(len(x), 10.0 if sample == "background" else 0.1),
            inputs=inputs.astype(np.float32),
            score=random.normal(size=len(x)),
            mass=random.uniform(0.0, splitting, len(x)),
        )


@dataclass(frozen=True)
class Files:
    """Tables of the selection; ``apart``: how far signal and background are in transverse mass."""

    folder: Path
    apart: float = 1.0
    signal_events: int = 300
    background_events: int = 3000
    shuffled: bool = False

    def write(self, **changed: dict[str, Any]) -> ClassifierInputs:
        """Write all files; ``changed``: sample -> columns that replace its own."""
        self.folder.mkdir(exist_ok=True)
        samples = [*SPLITTINGS, "background"]
        paths = {
            name: self._write(row, name, changed.get(name, {})) for row, name in enumerate(samples)
        }
        background = {"background": paths.pop("background")}
        return ClassifierInputs(paths, background, self._hadrons(), weights={"isr_up": "w_isr_up"})

    def _write(self, row: int, name: str, changed: dict[str, Any]) -> Path:
        columns = self.columns(row, name) | changed
        mass = columns["mass"]
        columns |= {
            f"region_{point}": (mass < splitting) & ((mass < 3.0) | (mass > 3.2))
            for point, splitting in SPLITTINGS.items()
        }
        if self.shuffled:
            order = np.random.default_rng(99).permutation(len(columns["mass"]))
            columns = {key: column[order] for key, column in columns.items()}
        path = self.folder / f"{name}.parquet"
        with ParquetWriter.open(path) as writer:
            writer.write(columns)
        return path

    def columns(self, row: int, name: str) -> dict[str, Any]:
        """Columns of a sample; every third event has a second candidate."""
        random = np.random.default_rng(row)
        signal = name in SPLITTINGS
        n = self.signal_events if signal else self.background_events
        end = SPLITTINGS.get(name, 6.0)
        azimuth = random.uniform(0.0, 1.0 if signal else 1.0 + 2.0 * self.apart, n)
        event = {
            "event_number": np.arange(n, dtype=np.int64),
            "weight": np.full(n, 0.1 if signal else 4.0),
            "w_isr_up": np.full(n, 1.05),
            "electron_pt": random.uniform(5.0, 10.0, n),
            "electron_phi": azimuth,
            "met": 200.0 + random.exponential(80.0, n),
            "met_phi": np.zeros(n),
            "leading_jet_pt": 100.0 + random.exponential(100.0, n),
        }
        rows = np.concatenate([np.arange(n), np.arange(0, n, 3)])
        m = len(rows)
        electron = signal & (np.arange(m) < n) & (random.random(m) < 0.6)
        candidate = {
            "track_index": (np.arange(m) >= n).astype(np.int32),
            "mass": random.uniform(0.0, end, m),
            "score": random.normal(np.where(electron, 3.0, -1.0), 2.0),
            "pt": random.uniform(0.5, 5.0, m),
            "phi": azimuth[rows] + random.uniform(-0.5, 0.5, m),
            "delta_r": random.uniform(0.1, 1.2, m),
        }
        return {key: column[rows] for key, column in event.items()} | candidate

    def _hadrons(self) -> Path:
        random = np.random.default_rng(77)
        path = self.folder / "hadrons.parquet"
        with ParquetWriter.open(path) as writer:
            writer.write(
                {
                    "score": random.normal(-1.0, 2.0, 5000),
                    "pt": np.ones(5000),
                    "weight": np.ones(5000),
                    "label": np.full(5000, Label.BACKGROUND, dtype=np.int8),
                }
            )
        return path


def one_candidate(**values: float) -> EventCandidates:
    """A table with one candidate."""
    columns = {field.name: 1.0 for field in fields(EventCandidates)}
    columns |= {"event_number": 0, "track_index": 0}
    return EventCandidates(**{key: np.array([v]) for key, v in (columns | values).items()})
