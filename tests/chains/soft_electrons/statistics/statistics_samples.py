"""Synthetic candidates of a signal and a background, as the selection stage writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.config.statistics import (
    Approach,
    ControlConfig,
    Discriminant,
    EveryCandidate,
    MatchedCandidates,
    Matching,
    ScanConfig,
    SignalUncertainty,
    StatisticsConfig,
    TaggedCandidates,
)
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.job import (
    StatisticsInputs,
    StatisticsOutputs,
    run_statistics,
)
from hepchain.chains.soft_electrons.statistics.point import MassPoint
from hepchain.config.statistics import ToysConfig
from hepchain.io import ParquetWriter, read_json
from hepchain.labels import Label

CURVE: dict[str, Any] = {
    "title": "matched",
    "pt_edges": [2.0, 2.5, 5.0],
    "electron": [0.1, 0.3],
    "hadron": [0.05, 0.1],
    "source": "a test",
}
MATCHED = MatchedCandidates(
    kind="matching",
    **CURVE,
    alternatives={"more": Matching(**{**CURVE, "title": "more", "hadron": [0.1, 0.2]})},
)
USES: dict[str, Approach] = {
    "without_tagger": EveryCandidate(kind="all", title="all"),
    "with_tagger": TaggedCandidates(kind="tagger", title="tagger"),
}
THREE: dict[str, Approach] = {
    "without_tagger": USES["without_tagger"],
    "matched": MATCHED,
    "with_tagger": USES["with_tagger"],
}

CONFIG = StatisticsConfig(
    luminosity=139.0,
    luminosity_uncertainty=0.017,
    background_uncertainty=0.2,
    signal_uncertainties={
        "cross_section": SignalUncertainty(
            along="n1", size=[(100.0, 0.03), (200.0, 0.05)], source="a test"
        ),
        "branching_fraction": SignalUncertainty(size=0.2, source="a test"),
    },
    confidence_level=0.95,
    approaches=USES,
    headline="with_tagger",
    baseline="without_tagger",
    mass_bins=1,
    min_background_events=10,
    min_signal_events=5,
    on_insufficient="error",
    insignificant_variations="apply",
    toys=ToysConfig(below=0.0, number=1000, repetitions=2),
    control=ControlConfig(transfer_uncertainty=0.1),
    scan=ScanConfig(
        fake_rates=[0.5, 0.1],
        min_effective_events=5.0,
        reference="count",
        discriminants={
            "count": Discriminant(title="count", mass_bins=1, fake_rates=[0.1]),
            "both": Discriminant(title="both", mass_bins=2, fake_rates=[0.5, 0.1]),
        },
    ),
    bootstrap_replicas=200,
)

POINT = MassPoint("point", HiggsinoMasses(n2=155.0, n1=150.0), tagger="keras")


def region(mass: npt.ArrayLike) -> dict[str, npt.NDArray[np.bool_]]:
    """Column of the region of ``POINT``."""
    mass = np.asarray(mass, dtype=np.float64)
    return {"region_point": (mass < 5.0) & ((mass < 3.0) | (mass > 3.2))}


def configured(**changes: Any) -> StatisticsConfig:
    """The configuration with some keys changed."""
    changed = {key: getattr(CONFIG, key) for key in StatisticsConfig.model_fields} | changes
    if len(changed["approaches"]) == 1:
        changed |= dict.fromkeys(("headline", "baseline"), *changed["approaches"])
    return StatisticsConfig(**changed)


@dataclass(frozen=True)
class Synthetic:
    """One candidate an event, masses flat below 6 GeV."""

    events: int
    weight: float
    """At the luminosity of ``CONFIG``; the table has it per fb-1."""
    efficiency: float
    """Share of candidates that pass the tagger."""
    seed: int
    label: Label = Label.BACKGROUND

    def write(self, path: Path) -> Path:
        """Write the table."""
        random = np.random.default_rng(self.seed)
        n = self.events
        mass = random.uniform(0.0, 6.0, n)
        pt, score = random.uniform(0.5, 5.0, n).astype(np.float32), random.normal(size=n)
        passes = random.random(n) < self.efficiency
        hadron = self.label == Label.BACKGROUND
        rate = np.full(n, self.efficiency) if hadron else passes.astype(np.float64)
        with ParquetWriter.open(path) as writer:
            writer.write(
                {
                    "event_number": np.arange(n, dtype=np.int64),
                    "track_index": np.ones(n, dtype=np.int32),
                    "weight": np.full(n, self.weight / CONFIG.luminosity),
                    "mass": mass,
                    **region(mass),
                    "pt": pt,
                    "score": score,
                    "passes_tagger": passes,
                    "tag_rate": rate,
                    "tag_rate_up": rate * (1.1 if hadron else 1.0),
                    # At another working point a tenth of the hadrons and half of the signal pass.
                    "passes_tagger_tight": passes & (np.arange(n) % (10 if hadron else 2) == 0),
                    "tag_rate_tight": rate * (0.1 if hadron else 1.0),
                    "tag_rate_up_tight": rate * (0.12 if hadron else 1.0),
                    "presence": np.ones(n),
                    "label": np.full(n, self.label, dtype=np.int8),
                    "truth_origin": np.zeros(n, dtype=np.int8),
                    "truth_is_pileup": np.zeros(n, dtype=np.int8),
                    "electron_phi": np.zeros(n),
                    "met_phi": np.zeros(n),
                }
            )
        return path


SIGNAL = Synthetic(events=600, weight=0.1, efficiency=0.7, seed=1, label=Label.SIGNAL)
BACKGROUND = Synthetic(events=4000, weight=2.0, efficiency=0.1, seed=2)


def run(
    folder: Path,
    signal: Synthetic = SIGNAL,
    background: Synthetic = BACKGROUND,
    config: StatisticsConfig = CONFIG,
) -> dict[str, Any]:
    """Run the job of the mass point and read its result."""
    files = SampleFiles(
        signal=signal.write(folder / "signal.parquet"),
        backgrounds={"w": background.write(folder / "w.parquet")},
    )
    run_statistics(StatisticsInputs(files), outputs(folder, config), POINT, config, seed=1)
    content: dict[str, Any] = read_json(folder / "result.json")
    return content


def outputs(folder: Path, config: StatisticsConfig = CONFIG) -> StatisticsOutputs:
    """Files of the job."""
    workspaces = {name: folder / f"{name}.json" for name in config.approaches}
    return StatisticsOutputs(workspaces, folder / "result.json", folder / "fit.json")


def by_name(result: dict[str, Any]) -> dict[str, Any]:
    """Approach -> its part of a result."""
    return {item["name"]: item for item in result["approaches"]}
