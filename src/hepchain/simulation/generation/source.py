"""What produces events: the interface of all processes, and its form for those of Pythia."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hepchain.simulation.generation.events import (
    GeneratedEvents,
    HardProcess,
    missing_momentum,
)
from hepchain.simulation.generation.pythia import CrossSection, PythiaRun
from hepchain.simulation.generation.record import EventRecord

SampleKeys = Mapping[str, Any]
"""Keys of a sample that generation depends on: its ``process``, and what the chain adds."""

MIN_TRUTH_MET = 180.0
"""GeV; events with less are dropped where missing momentum is cut at 200 GeV after
reconstruction: its resolution is some 12 GeV."""


class Source(ABC):
    """A process of which events can be drawn one batch after the other."""

    batch_size: int
    """events asked for at a time, a matter of memory"""

    @abstractmethod
    def next_events(self, size: int, kept: int) -> GeneratedEvents:
        """At most ``size`` new events; ``kept`` is their number so far."""

    @property
    @abstractmethod
    def trials(self) -> int:
        """Events so far before any veto or filter."""

    @abstractmethod
    def cross_section(self) -> CrossSection | None:
        """Cross-section of the events before any veto or filter, if there is one."""


class PythiaSource(Source):
    """Events of a Pythia run, completed and filtered by the process."""

    batch_size = 250

    def __init__(self, run: PythiaRun, min_truth_met: float = 0.0) -> None:
        self.run = run
        self.min_truth_met = min_truth_met

    def complete(self, record: EventRecord) -> tuple[EventRecord, HardProcess]:
        """Finish events (decays that Pythia leaves out) and describe their hard process."""
        return record, HardProcess.of(len(record))

    def next_events(self, size: int, kept: int) -> GeneratedEvents:
        """As :meth:`Source.next_events`, with the filter on missing momentum."""
        record, hard = self.complete(self.run.next_events(size, kept))
        met, _ = missing_momentum(record)
        passes = met >= self.min_truth_met
        return GeneratedEvents.from_record(record.select(passes), hard.take(passes))

    @property
    def trials(self) -> int:
        """Hard processes before any veto."""
        return self.run.trials

    def cross_section(self) -> CrossSection | None:
        """Leading-order cross-section of the hard process."""
        return self.run.cross_section()
