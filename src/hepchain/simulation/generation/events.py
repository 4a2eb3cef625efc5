"""The columns of generated events and the two files of a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.io.structured import write_json
from hepchain.simulation.generation.jets import MAX_ABS_ETA_PARTICLE, Jets, find_jets
from hepchain.simulation.generation.particles import Particles, select_particles
from hepchain.simulation.generation.record import EventRecord, Floats
from hepchain.simulation.generation.variations import VariationWeights
from hepchain.simulation.rows import Rows

EVENTS_PER_ROW_GROUP = 1000

LIBRARIES = ("awkward", "fastjet", "numpy", "pythia8mc")
"""What the content of the files depends on; their versions are written beside it."""


@dataclass(frozen=True)
class HardProcess(Rows):
    """Quantities that only the process itself can tell, shape (n,); NaN where it has none."""

    system_pt: Floats
    """transverse momentum of the W or of the N2 N1 pair [GeV]"""
    m_ee: Floats
    """mass of the electron pair of the N2 decay [GeV]"""
    cos_theta_star: Floats
    """polar angle of the charged lepton in the W helicity frame"""

    @classmethod
    def of(cls, events: int, **known: Floats) -> Self:
        """What is ``known``, the others NaN."""
        names = [item.name for item in fields(cls)]
        return cls(**{name: known.get(name, np.full(events, np.nan)) for name in names})


@dataclass(frozen=True)
class GeneratedEvents:
    """A batch of events as it is written, without event numbers."""

    weight: Floats
    variations: VariationWeights
    truth_met: Floats
    truth_met_phi: Floats
    sum_et: Floats
    hard: HardProcess
    jets: Jets
    particles: Particles

    @classmethod
    def from_record(cls, record: EventRecord, hard: HardProcess) -> Self:
        """Reduce a full event record; every event has weight 1."""
        met, phi = missing_momentum(record)
        return cls(
            weight=np.ones(len(record)),
            variations=record.variations,
            truth_met=met,
            truth_met_phi=phi,
            sum_et=sum_of_et(record),
            hard=hard,
            jets=find_jets(record),
            particles=select_particles(record),
        )

    def __len__(self) -> int:
        return len(self.weight)

    def columns(self, first_number: int) -> dict[str, Any]:
        """The columns of the file, events numbered from ``first_number``."""
        scalars: dict[str, npt.NDArray[Any]] = {
            "truth_met": self.truth_met,
            "truth_met_phi": self.truth_met_phi,
            "sum_et": self.sum_et,
            **vars(self.hard),
        }
        return {
            "event_number": first_number + np.arange(len(self), dtype=np.int64),
            "weight": self.weight,
            **{f"weight_{name}": values for name, values in vars(self.variations).items()},
            **{name: values.astype(np.float32) for name, values in scalars.items()},
            **{f"jet_{name}": values for name, values in vars(self.jets).items()},
            **{f"particle_{name}": values for name, values in vars(self.particles).items()},
        }


def missing_momentum(record: EventRecord) -> tuple[Floats, Floats]:
    """Size [GeV] and azimuth of the sum of the invisible transverse momenta, shape (n,) each."""
    px = record.sum_by_event(record.px, record.invisible)
    py = record.sum_by_event(record.py, record.invisible)
    return np.hypot(px, py), np.arctan2(py, px)


def sum_of_et(record: EventRecord) -> Floats:
    """Scalar sum of E sin(theta) of the visible particles in the calorimeters' acceptance [GeV]."""
    visible = record.final & ~record.invisible & (np.abs(record.eta) < MAX_ABS_ETA_PARTICLE)
    momentum = np.maximum(np.hypot(record.pt, record.pz), 1e-9)
    return record.sum_by_event(record.energy * record.pt / momentum, visible)


def concatenate(chunks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Columns of several chunks, one after the other."""
    return {name: ak.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


@dataclass(frozen=True)
class Summary:
    """Content of ``generated-{part}.json``."""

    sample: str
    part: int
    seed: int
    process: str
    sum_of_weights: float
    """of all events before any filter or veto"""
    events_generated: int
    """their number"""
    events_kept: int
    cross_section_pb: float | None
    """the generator's, of the events before any filter or veto; None for the gun"""
    cross_section_error_pb: float | None
    versions: dict[str, str] = field(
        default_factory=lambda: {name: version(name) for name in LIBRARIES}
    )

    def write(self, path: str | Path) -> None:
        """Write as JSON."""
        write_json(path, asdict(self))
