"""Generation of QCD dijets and of resonances A -> B C with Pythia 8."""

from __future__ import annotations

import logging

import numpy as np

from hepchain.chains.dijets.config.events import EventSample, Masses
from hepchain.chains.dijets.config.response import DetectorConfig
from hepchain.chains.dijets.events.detector import respond
from hepchain.chains.dijets.events.olympics import OlympicsWriter
from hepchain.identity import EVENTS_PER_PART
from hepchain.seeds import generator, integer_seed
from hepchain.simulation.generation.pythia import PythiaRun, Settings
from hepchain.terminal import PROGRESS

logger = logging.getLogger(__name__)

BATCH = 250
"""Events in memory at once: some 1,500 particles each."""

NO_UNDERLYING_EVENT: Settings = {"PartonLevel:MPI": "off"}
"""As the jets of the LHC Olympics: with it their masses are visibly larger (measured)."""
WIDTH = 1.0
"""Of A, B and C [GeV]: narrow beside any resolution, as in the LHC Olympics (measured)."""
LIGHTEST = 0.5
"""Least mass of A over its nominal one: below, events of falling parton densities alone."""


def settings_of(sample: EventSample, part: int) -> Settings:
    """Settings of Pythia for a job of a sample."""
    if sample.masses is not None:
        process = _resonance(sample.masses)
    else:
        assert sample.pthat is not None
        low, high = sample.pthat[slice_of(sample, part) :][:2]
        process = {
            "HardQCD:all": "on",
            "PhaseSpace:pTHatMin": low,
            "PhaseSpace:pTHatMax": high,
        }
    return {**NO_UNDERLYING_EVENT, **process, **sample.settings}


def slice_of(sample: EventSample, part: int) -> int:
    """Slice in pTHat that a job generates."""
    return part // sample.parts if sample.files is None else 0


def _resonance(masses: Masses) -> Settings:
    """W' -> W Z with other masses: a resonance whose decay to two hadronic ones Pythia has."""
    quarks = "1 2 3 4 5"
    return {
        "NewGaugeBoson:ffbar2Wprime": "on",
        "Wprime:coup2WZ": 1.0,
        "34:m0": masses.a,
        "34:mMin": LIGHTEST * masses.a,
        "34:onMode": "off",
        "34:onIfMatch": "23 24",
        "24:m0": masses.b,
        "24:onMode": "off",
        "24:onIfAny": quarks,
        "23:m0": masses.c,
        "23:onMode": "off",
        "23:onIfAny": quarks,
        # Theirs would grow with the masses: a fourth of the events would leave the window.
        **{f"{code}:doForceWidth": "on" for code in (23, 24, 34)},
        **{f"{code}:mWidth": WIDTH for code in (23, 24, 34)},
    }


def generate(
    name: str,
    sample: EventSample,
    part: int,
    detector: DetectorConfig,
    seed: int,
    path: str,
) -> None:
    """Write the events of a job in the format of the LHC Olympics.

    The weight of an event is its share of the cross-section of its slice [fb].

    Raises
    ------
    StageError : Pythia does not know a setting, or generates nothing
    """
    keys = ("dijets", name, part)
    run = PythiaRun(settings_of(sample, part), integer_seed(seed, *keys))
    random = generator(seed, *keys)
    first = part * EVENTS_PER_PART
    with OlympicsWriter.open(path) as writer:
        done = 0
        while done < sample.events:
            record = run.next_events(min(BATCH, sample.events - done), done)
            particles = respond(record, detector, random)
            writer.write(particles, np.full(len(record), float(sample.masses is not None)))
            done += len(record)
            logger.info("%d of %d events", done, sample.events, extra=PROGRESS)
        weight = run.cross_section().value * 1e3 / (sample.events * sample.parts)
        writer.finish(np.arange(first, first + done), weight, slice_of(sample, part))
