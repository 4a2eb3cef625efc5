"""Process ``marbles``: straight to the ntuple, without the detector of the general stage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hepchain.identity import EVENTS_PER_PART
from hepchain.seeds import generator
from hepchain.simulation.response.ntuple import Block, NtupleWriter, Objects

GLASS, CLAY = 1, 2
PT = (1.0, 10.0)
MAX_ABS_ETA = 2.0


def write(sample: str, keys: Any, table: Any, part: int, seed: int, path: str | Path) -> None:
    """Write the ntuple of one job.

    Parameters
    ----------
    sample, keys : name, and the keys of the sample that its events depend on
    table : block ``table`` of the configuration
    """
    random = generator(seed, "marbles", sample, part)
    events, number = table["events"], table["events"] * table["marbles"]
    glass = random.random(number) < keys["glass"]
    mean = np.where(glass, 0.5, -0.5) * table["distance"]
    first, second = random.normal(mean), random.normal(mean)
    marbles = {
        "pt": np.exp(random.uniform(np.log(PT[0]), np.log(PT[1]), number)),
        "eta": random.uniform(-MAX_ABS_ETA, MAX_ABS_ETA, number),
        "first": first,
        "sum": np.where(random.random(number) < table["single"], np.nan, first + second),
        "kind": np.where(glass, GLASS, CLAY),
    }
    flat = {
        "event_number": part * EVENTS_PER_PART + np.arange(events),
        "weight": np.ones(events),
        "tilt": random.random(events),
    }
    counts = np.full(events, table["marbles"])
    metadata = {"sum_of_weights": float(events)}
    with NtupleWriter.open(path, metadata) as writer:
        writer.write([Block(flat, {"marble": Objects(counts, marbles)})])
