"""Two events of made-up tracks."""

from __future__ import annotations

from typing import Any

import numpy as np

from hepchain.chains.soft_electrons.figures import event_display
from hepchain.chains.soft_electrons.figures.displayed_events import (
    Chosen,
    DisplayedEvent,
    choose,
)
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things
from hepchain.labels import Label
from tests.figures.drawings import Parts, drawing
from tests.figures.figure_chain import Chain
from tests.figures.figure_inputs import POINTS

LAYERS: list[dict[str, Any]] = [
    {"name": "pixel", "detector": "pixel", "radius": 50.0, "half_length": 400.0, "x0": 0.03},
    {"name": "strips", "detector": "sct", "radius": 514.0, "half_length": 749.0, "x0": 0.03},
    {"name": "disk", "detector": "sct", "z": 934.0, "inner": 275.0, "outer": 560.0, "x0": 0.03},
    {"name": "services", "detector": "passive", "radius": 1090.0, "x0": 0.0},
]


def tracks(number: int, seed: int) -> dict[str, Any]:
    """Columns of the tracks of an event; the last have neither straws nor clusters."""
    random = np.random.default_rng(seed)
    last = np.arange(number) > number // 2
    return {
        "track_index": np.arange(number),
        "pt": random.uniform(0.5, 6.0, number),
        "eta": random.uniform(-2.5, 2.5, number),
        "phi": random.uniform(-np.pi, np.pi, number),
        "z0": random.normal(0.0, 40.0, number),
        "charge": random.choice([-1, 1], number),
        "vertex_index": random.integers(0, 3, number),
        "truth_vertex_radius": np.where(last, np.nan, random.uniform(0.0, 100.0, number)),
        "number_of_pixel_hits": np.where(last, np.nan, 4.0),
        "number_of_sct_hits": np.full(number, 8.0),
        "number_of_trt_hits": np.where(last, 0.0, 30.0),
        "number_of_trt_high_threshold_hits": np.where(last, 0.0, 6.0),
        "e_over_p": np.where(last, np.nan, 0.8),
    }


def event(chosen: Chosen) -> DisplayedEvent:
    """An event with two jets, a standard electron and twenty tracks."""
    jets = {
        "pt": np.array([150.0, 30.0]),
        "eta": np.array([0.3, -2.0]),
        "phi": np.array([1.0, 3.1]),
    }
    electron = {"pt": 4.5, "eta": 0.2, "phi": 0.5, "charge": 1, "track_index": 1}
    electrons = {name: np.array([value]) for name, value in electron.items()}
    arrays = {name: np.array(values) for name, values in jets.items()}
    return DisplayedEvent(chosen, 250.0, -2.0, arrays, electrons, tracks(20, seed=1))


@drawing("event_display", empty="no candidate")
def _events(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    signals = {point: chain.selected(point, "parquet") for point in POINTS}
    backgrounds = {"wenu_jets": chain.selected("wenu_jets", "parquet")}
    chosen = [choose(signals, Label.SIGNAL), choose(backgrounds, Label.BACKGROUND)]
    return event_display, [one and event(one) for one in chosen], LAYERS
