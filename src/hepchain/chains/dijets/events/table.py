"""The numbers of an event: masses and subjettiness of its two jets, as a table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hepchain.chains.dijets.config.events import JetsConfig
from hepchain.chains.dijets.events.jets import Dijets, find_dijets
from hepchain.chains.dijets.events.olympics import Batch, read
from hepchain.chains.dijets.events.particles import Floats
from hepchain.errors import InputError
from hepchain.identity import EVENTS_PER_PART
from hepchain.io.parquet import ParquetWriter

logger = logging.getLogger(__name__)

FEATURES = ("mj1", "dmj", "tau21_1", "tau21_2")
"""Mass of the lighter jet J1 and how much heavier J2 is [GeV]; subjettiness ratios of both."""
MASS = "mjj"
"""Mass of both jets together [GeV]."""


def write_table(path: str, labelled: bool, part: int, config: JetsConfig, target: str) -> None:
    """Find the jets of the events of a file.

    ``part`` numbers the events of a file of others, which have none of their own.

    Raises
    ------
    InputError : see :func:`.read`; or no event of the file is kept
    """
    seen = kept = 0
    with ParquetWriter.open(Path(target)) as writer:
        for batch in read(path, labelled):
            found = find_dijets(batch.particles, config)
            writer.write(columns_of(batch, found, part))
            seen, kept = seen + batch.particles.events, kept + len(found.event)
        logger.info("%d of %d events have two jets that pass", kept, seen)
        if kept == 0:
            raise InputError(
                f"{path}: none of its {seen} events has a first jet of "
                f"{config.min_leading_pt:g} GeV and a second one; momenta are in GeV"
            )


def columns_of(batch: Batch, found: Dijets, part: int) -> Mapping[str, Floats]:
    """Columns of the table, a row an event that is kept."""
    events = np.arange(len(found.event))
    lighter = np.argmin(found.mass, axis=1)
    mass = np.sort(found.mass, axis=1)
    number = batch.event_number[found.event]
    ours = number >= part * EVENTS_PER_PART
    return {
        "event_number": np.where(ours, number, number + part * EVENTS_PER_PART),
        "weight": batch.weight[found.event],
        "slice": np.full(len(events), batch.slice),
        "label": batch.label[found.event],
        MASS: found.mjj,
        "mj1": mass[:, 0],
        "dmj": mass[:, 1] - mass[:, 0],
        "tau21_1": found.tau21[events, lighter],
        "tau21_2": found.tau21[events, 1 - lighter],
    }
