"""Feature tables of two Gaussian classes, written as the contract of the features says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepchain.config.loader import load_block
from hepchain.config.variables import Variables
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter
from hepchain.training.scaling import Scaling, fit_scaling

ROOT = Path(__file__).parents[2]
VARIABLES = load_block(ROOT / "config" / "soft_electrons" / "variables.yaml", Variables)
CATEGORIES = ("trt_calorimeter", "calorimeter", "trt", "silicon")
EQUAL_SHARES = dict.fromkeys(CATEGORIES, 0.25)
SEPARATING = ("pixel_dedx", "e_probability_ht", "e_over_p")
"""One variable of each group whose (transformed) mean differs between the classes."""


def inputs_of(category: str) -> dict[str, tuple[str, float]]:
    return VARIABLES.inputs([category])


def scaling_of(
    values: np.ndarray, weights: np.ndarray, variables: Mapping[str, tuple[str, float]]
) -> Scaling:
    """Scaling of one table that has all variables."""
    return fit_scaling([(values, weights, list(variables))], variables)


@dataclass(frozen=True)
class Table:
    """What a synthetic table is made of."""

    sample: str = "gun"
    events: int = 1000
    tracks_per_event: int = 4
    electron_share: float = 0.25
    separation: float = 2.0
    """Distance of the class means in each separating variable, in widths."""
    electron_categories: Mapping[str, float] | None = None
    hadron_categories: Mapping[str, float] | None = None
    folds: int = 2
    first_event: int = 0
    seed: int = 1

    def columns(self) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(self.seed)
        size = self.events * self.tracks_per_event
        event = self.first_event + np.repeat(np.arange(self.events), self.tracks_per_event)
        label = (rng.uniform(size=size) < self.electron_share).astype(np.int8)
        label[rng.uniform(size=size) < 0.02] = 2
        electron = label != 0
        category = np.where(
            electron,
            self._categories(rng, self.electron_categories, size),
            self._categories(rng, self.hadron_categories, size),
        )
        columns: dict[str, np.ndarray] = {
            "event_number": event.astype(np.int64),
            "track_index": np.tile(np.arange(self.tracks_per_event), self.events).astype(np.int32),
            "weight": np.ones(size),
            "category": category,
            "label": label,
            "fold": fold_of(self.sample, event, self.folds),
            "charge": np.where(rng.uniform(size=size) < 0.5, 1, -1).astype(np.int8),
            "truth_pdg_id": np.where(electron, 11, 211).astype(np.int32),
            "truth_origin": np.where(electron, 1, 2).astype(np.int8),
            "truth_is_pileup": np.where(electron, 0, 1).astype(np.int8),
        }
        return columns | self._variables(rng, electron, category)

    def _categories(
        self, rng: np.random.Generator, shares: Mapping[str, float] | None, size: int
    ) -> np.ndarray:
        chosen = shares or EQUAL_SHARES
        return rng.choice(list(chosen), p=list(chosen.values()), size=size)

    def _variables(
        self, rng: np.random.Generator, electron: np.ndarray, category: np.ndarray
    ) -> dict[str, np.ndarray]:
        size = len(electron)
        columns = {}
        for name, variable in VARIABLES.variables.items():
            normal = rng.normal(size=size)
            if name in SEPARATING:
                normal += self.separation * (electron - 0.5)
            has = [c for c in CATEGORIES if variable.group in VARIABLES.categories[c].groups]
            values = _in_domain(normal, variable.transformation)
            columns[name] = np.where(np.isin(category, has), values, np.nan).astype(np.float32)
        # Electrons of a gun are flat in ln(pT), hadrons fall; both reach all bins.
        flat, falling = rng.uniform(size=size), rng.beta(1.0, 3.0, size=size)
        columns["pt"] = (0.5 * 10.0 ** np.where(electron, flat, falling)).astype(np.float32)
        columns["eta"] = rng.uniform(-2.5, 2.5, size=size).astype(np.float32)
        return columns


def _in_domain(normal: np.ndarray, transformation: str) -> np.ndarray:
    match transformation:
        case "log":
            return np.exp(normal)
        case "log1p":
            return np.expm1(np.clip(normal + 5.0, 0.0, None))
        case _:
            return normal


def write_table(
    path: Path, columns: Mapping[str, np.ndarray], row_group: int = 700, drop: Sequence[str] = ()
) -> Path:
    size = len(columns["event_number"])
    kept = {name: values for name, values in columns.items() if name not in drop}
    with ParquetWriter.open(path) as writer:
        for start in range(0, max(size, 1), row_group):
            writer.write({name: values[start : start + row_group] for name, values in kept.items()})
    return path
