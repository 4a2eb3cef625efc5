"""Weights that turn events into those of a varied parton shower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.simulation.rows import Rows


@dataclass(frozen=True)
class VariationWeights(Rows):
    """Factors relative to the nominal weight of the events, shape (n,) each.

    Renormalisation scale of the initial-state shower of the hard collision, halved (``isr_up``:
    more radiation) and doubled (``isr_down``), with the compensation of Mrenna and Skands
    (arXiv:1605.08352) that limits the variation of soft emissions.

    The shower conserves probability: over all events before any veto both have the mean 1. So a
    varied sample is normalised with the sum of the nominal weights. A veto that looks at the event
    at some stage of its shower does not disturb that: to any stage the weights have the mean 1 over
    what the shower may still do.
    """

    isr_up: npt.NDArray[np.float64]
    isr_down: npt.NDArray[np.float64]

    @classmethod
    def none(cls, events: int) -> Self:
        """Of a process that is not varied: 1."""
        return cls(**{item.name: np.ones(events) for item in fields(cls)})

    @classmethod
    def from_pythia(cls, batch: ak.Array, names: Sequence[str]) -> Self:
        """Weights of what ``pythia.nextBatch`` returns.

        Parameters
        ----------
        names : of the weights in ``batch.info.weights``, the nominal one first; variations that
            are not among them are 1
        """
        weights = ak.to_numpy(ak.to_regular(batch.info.weights, axis=1)) if len(batch) else None
        known = {
            item.name: weights[:, names.index(item.name)] / weights[:, 0]
            for item in fields(cls)
            if weights is not None and item.name in names
        }
        return cls(**{**vars(cls.none(len(batch))), **known})
