"""Events of a box: background, and a signal in rows that the seal knows."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from hepchain.chains.dijets.black_boxes.seal import Truth
from hepchain.chains.dijets.config.black_boxes import OwnBoxes
from hepchain.chains.dijets.config.events import EventSample, Masses
from hepchain.chains.dijets.config.response import DetectorConfig
from hepchain.chains.dijets.events.detector import Found, respond
from hepchain.chains.dijets.events.generation import BATCH, settings_of
from hepchain.chains.dijets.events.olympics import OlympicsWriter
from hepchain.chains.dijets.events.particles import Particles
from hepchain.seeds import generator, integer_seed
from hepchain.simulation.generation.pythia import PythiaRun
from hepchain.terminal import PROGRESS

logger = logging.getLogger(__name__)


def generate_box(
    truth: Truth, part: int, config: OwnBoxes, detector: DetectorConfig, path: str | Path
) -> None:
    """Write a file of a box in the format of the LHC Olympics, without labels.

    Every file has as many events, so that no number of them tells of a signal.

    Raises
    ------
    StageError : Pythia does not know a setting, or generates nothing
    """
    is_signal = truth.is_signal(part, config.events)
    random = generator(config.seed, "dijets", truth.box, part)
    runs = {
        kind: PythiaRun(
            settings_of(sample, 0), integer_seed(config.seed, "dijets", truth.box, part, kind)
        )
        for kind, sample in _samples(truth, config).items()
    }
    done = dict.fromkeys(runs, 0)
    with OlympicsWriter.open(path, labelled=False) as writer:
        for start in range(0, config.events, BATCH):
            marks = is_signal[start : start + BATCH]
            found: list[Found] = []
            for kind, run in runs.items():
                rows = np.flatnonzero(marks == (kind == "signal"))
                for event, pt, eta, phi in _seen(run, len(rows), done[kind], detector, random):
                    found.append((rows[event], pt, eta, phi))
                done[kind] += len(rows)
            writer.write(Particles.joined(len(marks), found))
            logger.info("%d of %d events", start + len(marks), config.events, extra=PROGRESS)
        writer.finish_table()


def _samples(truth: Truth, config: OwnBoxes) -> dict[str, EventSample]:
    settings = config.settings
    samples = {
        "background": EventSample(process="qcd", pthat=list(config.pthat), settings=settings)
    }
    if truth.masses is not None:
        masses = Masses.model_validate(truth.masses)
        samples["signal"] = EventSample(process="resonance", masses=masses, settings=settings)
    return samples


def _seen(
    run: PythiaRun, size: int, done: int, detector: DetectorConfig, random: np.random.Generator
) -> list[Found]:
    """Particles of exactly so many events, whichever fail."""
    found: list[Found] = []
    made = 0
    while made < size:
        record = run.next_events(size - made, done + made)
        seen = respond(record, detector, random)
        found.append((seen.event + made, seen.pt, seen.eta, seen.phi))
        made += len(record)
    return found
