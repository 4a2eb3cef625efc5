"""What is known of the detector: a file of comparisons for each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.config.reading import load_block
from hepchain.config.types import Edges, Range
from hepchain.errors import ConfigError
from hepchain.trust import Trust
from hepchain.validation.comparison import (
    Axis,
    Comparison,
    FloatArray,
    Relation,
    ToleranceKind,
    binned,
    categories,
)
from hepchain.validation.measure import Frames, Measure
from hepchain.validation.summaries import Estimate, arrays


class KnownAxis(Block):
    """What a quantity is compared in: bins, windows around some values, or categories."""

    name: str = Field(default="", description="key")
    title: str = Field(default="", description="with unit, as on the axis of a figure")
    edges: Edges | None = Field(default=None, description="of bins")
    centres: list[PositiveFloat] | None = Field(default=None, description="of windows")
    half_width: PositiveFloat | None = Field(
        default=None, description="of windows, relative to the centre"
    )
    labels: list[str] | None = Field(default=None, description="of categories")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [self.edges, self.centres, self.labels]
        if sum(item is not None for item in given) != 1:
            raise ValueError("give one of `edges`, `centres` and `labels`")
        if (self.centres is None) != (self.half_width is None):
            raise ValueError("`centres` and `half_width` belong together")
        return self

    @cached_property
    def axis(self) -> Axis:
        """As comparisons have it."""
        if self.edges is not None:
            return binned(self.name, self.title, self.edges)
        labels = self.labels or [f"{centre:g}" for centre in self.centres or ()]
        return categories(self.name, self.title, labels)


NUMBER = KnownAxis(labels=["all"])
"""Axis of a single number."""


class Reference(Block):
    """What is known of a quantity."""

    value: float | list[float | None] | None = Field(
        default=None, description="one for all bins, or one each; null where there is none"
    )
    between: Range | None = Field(
        default=None, description="anything between two numbers agrees, in place of `value`"
    )
    expected: str | None = Field(
        default=None, description="the same measure of this expression, in place of `value`"
    )
    source: str = Field(description="where it comes from")
    trust: Trust = Field(description="how far it can be trusted")
    relation: Relation = Field(description="how it is related to the simulation")
    tolerance: NonNegativeFloat | None = Field(
        default=None, description="what counts as agreement; half of the range `between`"
    )
    tolerance_kind: ToleranceKind = Field(default="absolute", description="absolute or relative")
    reason: str = Field(default="the range that the source gives", description="why this tolerance")
    difference: str = Field(default="", description="why the two differ, if it is known")

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if sum(item is not None for item in (self.value, self.between, self.expected)) > 1:
            raise ValueError("give one of `value`, `between` and `expected`, or none if computed")
        if (self.between is None) == (self.tolerance is None):
            raise ValueError("give `tolerance`, but of `between`, where it is half of the range")
        return self

    def values(self, bins: int) -> FloatArray | None:
        """Value in each bin, NaN where there is none; None if it is computed."""
        if self.between is not None:
            return np.full(bins, 0.5 * sum(self.between))
        if self.value is None:
            return None
        return np.array(self.value if isinstance(self.value, list) else [self.value] * bins, float)

    def described(self) -> dict[str, Any]:
        """What a comparison says of it."""
        low, high = self.between or (0.0, 0.0)
        tolerance = round(0.5 * (high - low), 10) if self.tolerance is None else self.tolerance
        return {
            "relation": self.relation,
            "source": self.source,
            "trust": self.trust,
            "tolerance": tolerance,
            "tolerance_kind": self.tolerance_kind,
            "tolerance_reason": self.reason,
            "difference": self.difference,
        }


NOTHING_KNOWN = Reference(
    source="none known",
    trust=Trust.CHOICE,
    relation=Relation.INDEPENDENT,
    tolerance=0.0,
    reason="nothing to compare with",
)


@dataclass(frozen=True)
class Computed:
    """What code adds to an entry of the file; arrays of shape (bins,)."""

    estimates: Iterable[Estimate] | None = None
    value: FloatArray | None = None
    error: FloatArray | None = None


class Entry(Block):
    """One comparison: ``quantity``, ``selection`` and source of its reference name it."""

    quantity: str = Field(description="key")
    selection: str = Field(default="", description="of what, if there are several")
    title: str = Field(description="for people")
    unit: str = Field(default="1", description="1 if it has none")
    axis: KnownAxis = Field(
        default=KnownAxis(labels=["all"]), description="a single number if none"
    )
    measure: Measure | None = Field(default=None, description="none if code measures it")
    reference: Reference | None = Field(default=None, description="none if nothing is known")

    @property
    def key(self) -> str:
        """Quantity and selection."""
        return f"{self.quantity}: {self.selection}" if self.selection else self.quantity

    def compared(self, group: str, frames: Frames, computed: Computed) -> Comparison:
        """The comparison, measured in tables or computed.

        Raises
        ------
        ConfigError : an expression is wrong, or there is neither a measure nor a computed value
        """
        axis = self.axis.axis
        estimates = computed.estimates
        if estimates is None:
            estimates = self._measured(self.measure, frames)
        simulated, simulated_error = arrays(estimates)
        known = self.reference
        value = computed.value
        if value is None and known is not None:
            value = known.values(axis.bins)
            if known.expected is not None and self.measure is not None:
                value = arrays(self._measured(self.measure.expecting(known.expected), frames))[0]
        exists = value is not None and bool(np.isfinite(value).any())
        return Comparison(
            quantity=self.quantity,
            group=group,
            title=self.title,
            unit=self.unit,
            axis=axis,
            simulated=simulated,
            simulated_error=simulated_error,
            reference=value if exists else None,
            reference_error=computed.error if exists else None,
            selection=self.selection,
            **(known or NOTHING_KNOWN).described(),
        )

    def _measured(self, measure: Measure | None, frames: Frames) -> list[Estimate]:
        if measure is None:
            raise ConfigError("no `measure`, and nothing else measures it")
        axis = self.axis
        return measure.estimates(
            frames, axis.edges or axis.centres, axis.half_width, axis.axis.bins
        )


class KnownFile(Block):
    """Content of the file of a group."""

    tables: dict[str, dict[str, list[float | None]]] = Field(
        default_factory=dict, description="numbers that the code of the group uses, by name"
    )
    comparisons: list[Entry] = Field(min_length=1, description="in the order of the report")


@dataclass(frozen=True)
class Known:
    """The file of a group, whose name is that of the file."""

    path: Path
    content: KnownFile

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a file.

        Raises
        ------
        ConfigError : it is missing or not in order
        """
        return cls(Path(path), load_block(path, KnownFile))

    def entry(self, name: str) -> Entry:
        """The first entry of this key or quantity.

        Raises
        ------
        ConfigError : the file has none
        """
        for entry in self.content.comparisons:
            if name in (entry.key, entry.quantity):
                return entry
        raise ConfigError(f"{self.path}: comparisons: {name} is missing")

    def table(self, name: str) -> dict[str, list[float | None]]:
        """One of the tables.

        Raises
        ------
        ConfigError : the file has no such table
        """
        try:
            return self.content.tables[name]
        except KeyError:
            raise ConfigError(f"{self.path}: tables: {name} is missing") from None

    def compare(
        self, frames: Frames, computed: Mapping[str, Computed] | None = None
    ) -> list[Comparison]:
        """All comparisons.

        ``frames`` are what the measures are of, ``computed`` what measure or reference of a key or
        quantity lack.

        Raises
        ------
        ConfigError : an entry cannot be compared; with the file and the entry
        """
        found = []
        computed = computed or {}
        for index, entry in enumerate(self.content.comparisons):
            added = computed.get(entry.key) or computed.get(entry.quantity) or Computed()
            try:
                found.append(entry.compared(self.path.stem, frames, added))
            except (ConfigError, ValueError) as error:
                raise ConfigError(
                    f"{self.path}: comparisons.{index} ({entry.key}): {error}"
                ) from error
        return found
