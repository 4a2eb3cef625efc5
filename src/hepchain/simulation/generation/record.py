"""The full record of a batch of events as flat arrays, whatever the generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.simulation.generation.variations import VariationWeights

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

INVISIBLE = (12, 14, 16, 1000022)
"""Neutrinos and the lightest neutralino."""


@dataclass(frozen=True)
class EventRecord:
    """Particles of ``n`` events in one flat array each, event after event.

    Entry 0 of each event stands for the whole event, as in Pythia. Momenta in GeV, vertices in mm.
    """

    offsets: Integers
    """shape (n + 1,): first entry of each event"""
    pdg_id: Integers
    final: Booleans
    """whether the particle is in the final state"""
    mother: Integers
    """entry of the (first) mother in these arrays; entry 0 of the event for those without"""
    px: Floats
    py: Floats
    pz: Floats
    energy: Floats
    vx: Floats
    vy: Floats
    vz: Floats
    variations: VariationWeights

    @classmethod
    def from_pythia(cls, batch: ak.Array, weight_names: Sequence[str] = ()) -> Self:
        """Flat copy of what ``pythia.nextBatch`` returns, with the names of its weights."""
        particles = batch.prt
        offsets = np.concatenate([[0], np.cumsum(ak.to_numpy(ak.num(particles.id)))])
        first = np.repeat(offsets[:-1], np.diff(offsets))

        def flat(column: ak.Array) -> Any:
            return ak.to_numpy(ak.flatten(column))

        return cls(
            offsets=offsets,
            pdg_id=flat(particles.id).astype(np.int64),
            final=flat(particles.status) > 0,
            mother=flat(particles.mother1) + first,
            **{name: flat(particles.p[name]) for name in ("px", "py", "pz")},
            energy=flat(particles.p.e),
            **{
                vertex: flat(ak.fill_none(particles.vProd[coordinate], 0.0))
                for vertex, coordinate in (("vx", "px"), ("vy", "py"), ("vz", "pz"))
            },
            variations=VariationWeights.from_pythia(batch, weight_names),
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def counts(self) -> Integers:
        """Entries of each event, shape (n,)."""
        return np.diff(self.offsets)

    @property
    def event(self) -> Integers:
        """Event of each entry, 0 to n - 1."""
        return np.repeat(np.arange(len(self)), self.counts)

    @property
    def pt(self) -> Floats:
        """Transverse momentum of each entry [GeV]."""
        return np.hypot(self.px, self.py)

    @property
    def eta(self) -> Floats:
        """Pseudorapidity of each entry; large and finite along the beam."""
        return np.arcsinh(self.pz / np.maximum(self.pt, 1e-9))

    @property
    def invisible(self) -> Booleans:
        """Final-state particles that no detector sees."""
        return self.final & np.isin(np.abs(self.pdg_id), INVISIBLE)

    def sum_by_event(self, values: Floats, mask: Booleans) -> Floats:
        """Sum over the masked entries of each event, shape (n,)."""
        total = np.bincount(self.event[mask], weights=values[mask], minlength=len(self))
        return total.astype(np.float64)

    def select(self, keep: Booleans) -> EventRecord:
        """The events of ``keep``, shape (n,), only."""
        entries = np.repeat(keep, self.counts)
        offsets = np.concatenate([[0], np.cumsum(self.counts[keep])])
        moved = self.mother + np.repeat(np.cumsum(np.where(keep, 0, -self.counts)), self.counts)
        columns = {
            field.name: getattr(self, field.name)[entries]
            for field in fields(self)
            if field.name not in ("offsets", "mother", "variations")
        }
        return EventRecord(
            offsets=offsets,
            mother=moved[entries],
            variations=self.variations.take(keep),
            **columns,
        )

    def append(self, added: AddedParticles) -> EventRecord:
        """A record with the same number of particles added at the end of every event.

        The mothers of the added particles become decayed.
        """
        per_event = added.pdg_id.shape[1]
        where = np.repeat(self.offsets[1:], per_event)
        shift = per_event * np.arange(len(self))
        mother = self.mother + np.repeat(shift, self.counts)
        final = self.final.copy()
        final[added.mother] = False
        columns: dict[str, Any] = {
            name: np.insert(getattr(self, name), where, getattr(added, name).ravel())
            for name in ("pdg_id", "px", "py", "pz", "energy")
        }
        columns |= {name: np.insert(getattr(self, name), where, 0.0) for name in ("vx", "vy", "vz")}
        return replace(
            self,
            offsets=self.offsets + per_event * np.arange(len(self) + 1),
            final=np.insert(final, where, True),
            mother=np.insert(mother, where, np.repeat(added.mother + shift, per_event)),
            **columns,
        )


@dataclass(frozen=True)
class AddedParticles:
    """Final-state particles to append to a record: all arrays but ``mother`` (n, particles)."""

    mother: Integers
    """shape (n,): entry of the decaying particle of each event"""
    pdg_id: Integers
    px: Floats
    py: Floats
    pz: Floats
    energy: Floats
