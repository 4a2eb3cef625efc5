"""The branches of the ntuple contract: type, whether they are needed, what stands in for them.

A chain has a contract of its own in ``hepchain.chains.{chain}.contract``, as :data:`ENTRIES` there;
the one below is that of chains without.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.types import BEAM, MAX_ABS_ETA
from hepchain.skimming.scales import Scale, length, momentum
from hepchain.variations import WEIGHT_FACTOR

GENERAL = __name__
"""This module."""

OBJECT = "track"
"""Collection of the objects of a skim; each of the others is kept with its event."""

SELECTED = (Role.SIGNAL, Role.BACKGROUND, Role.DATA)
"""Roles whose events are selected."""


class Need(Enum):
    """What happens if a branch is absent."""

    ALWAYS = auto()
    """No sample can be read without it."""
    SELECTION = auto()
    """Samples that are only trained on do without it, all others are refused."""
    NEVER = auto()
    """``Entry.default`` stands in for it, or its column is left out."""


@dataclass(frozen=True)
class Check:
    """Values that a quantity cannot have; NaN is the matter of another check."""

    what: str
    """Said of such a value."""
    is_wrong: Callable[[npt.NDArray[Any]], npt.NDArray[np.bool_]]


def within(low: float, high: float, what: str) -> Check:
    """Values between two, these included."""
    return Check(what, lambda values: (values < low) | (values > high))


CHARGE = Check("neither +1 nor -1", lambda values: abs(values) != 1)
NOT_NEGATIVE = within(0.0, math.inf, "below zero")
ABOVE_ZERO = within(math.nextafter(0.0, 1.0), math.inf, "not above zero")
# Float32 rounds pi up.
ANGLE = within(-math.pi - 1e-3, math.pi + 1e-3, "outside [-pi, pi] rad")
POLAR = within(math.nextafter(0.0, 1.0), math.nextafter(math.pi, 0.0), "outside (0, pi) rad")
ETA = within(-MAX_ABS_ETA, MAX_ABS_ETA, "outside [-10, 10]")
IN_MEV = "above the energy of the beam in GeV (in MeV? then `factor: 0.001` in the branch map)"
MOMENTUM = within(0.0, BEAM, IN_MEV)


@dataclass(frozen=True)
class Entry:
    """One branch of the contract.

    Attributes
    ----------
    collection : object whose list the branch belongs to; empty for one value an event
    dtype : type in the skim, a NumPy name
    need : what happens if it is absent
    default : value that stands in for it, in data alone if it is needed; None if nothing does
    may_be_nan : whether NaN is a valid value
    checks : what its values cannot be
    is_weight : it is a factor of the weight of simulated events that are selected, and no column
    points_into : collection that it is an index of; -1 points nowhere
    carried : quantities of what it points to that are kept beside it
    scale : where its median is, of ``SCALES``; None if anywhere
    """

    collection: str = ""
    dtype: str = "float32"
    need: Need = Need.NEVER
    default: float | None = None
    may_be_nan: bool = False
    checks: tuple[Check, ...] = ()
    is_weight: bool = False
    points_into: str = ""
    carried: tuple[str, ...] = ()
    scale: Scale | None = None


VARIABLE = Entry(OBJECT, default=math.nan, may_be_nan=True)
"""An input variable: which of them an object may lack follows from its groups."""

EVENT: dict[str, Entry] = {
    "event_number": Entry(dtype="int64", need=Need.ALWAYS, checks=(NOT_NEGATIVE,)),
    "weight": Entry(dtype="float64", need=Need.ALWAYS, default=1.0),
}
"""What every event has."""

OF_OBJECTS: dict[str, Entry] = {
    "track_pt": Entry(OBJECT, need=Need.ALWAYS, checks=(ABOVE_ZERO,)),
    "track_eta": Entry(OBJECT, need=Need.ALWAYS, checks=(ETA,)),
    "track_phi": Entry(OBJECT, checks=(ANGLE,)),
    "track_theta": Entry(OBJECT, checks=(POLAR,)),
    "track_d0": Entry(OBJECT),
    "track_z0": Entry(OBJECT),
    "track_charge": Entry(OBJECT, "int32", checks=(CHARGE,)),
    "track_vertex_index": Entry(OBJECT, "int32", checks=(within(-1.0, math.inf, "below -1"),)),
    "track_z0_sin_theta": Entry(OBJECT, may_be_nan=True),
}
"""What objects may have, and what the pre-selection and the cones take."""

ENTRIES = EVENT | OF_OBJECTS

SCALES: dict[str, Scale] = {
    "track_pt": momentum(0.02, 3000.0, "detectors see 0.05 GeV and more, a beam has 7000"),
    "track_d0": length(2e-3, 100.0, "best resolution some micrometres, detectors are 1 m wide"),
    "track_z0": length(5e-3, 500.0, "best resolution 0.01 mm, bunches are 50 mm long"),
}
"""Bounds of medians, of input variables as well."""


def contract(
    module: str, variables: Iterable[str], needed: Iterable[str], ntuple_map: NtupleMap
) -> dict[str, Entry]:
    """All branches that a skim is made of.

    Parameters
    ----------
    module : has the branches of the chain as ``ENTRIES``, see :mod:`.contract`, and the bounds of
        medians as ``SCALES``, if it has any
    variables : names of the input variables of an object
    needed : quantities of it that cannot be absent
    ntuple_map : has the varied weights
    """
    content = import_module(module)
    entries: dict[str, Entry] = content.ENTRIES
    weights = [name for name in ntuple_map.branches if name.startswith(WEIGHT_FACTOR)]
    result = entries | {name: Entry(dtype="float64") for name in weights}
    for name in (f"{OBJECT}_{name}" for name in variables):
        entry = entries.get(name, VARIABLE)
        result[name] = entry if entry.default is not None else replace(entry, default=math.nan)
    for name in (f"{OBJECT}_{name}" for name in needed):
        entry = entries.get(name, replace(VARIABLE, default=None, may_be_nan=False))
        result[name] = replace(entry, need=Need.ALWAYS)
    for name, scale in getattr(content, "SCALES", {}).items():
        if name in result:
            result[name] = replace(result[name], scale=scale)
    return result


def is_needed(entry: Entry, role: Role) -> bool:
    """Whether a sample of this role can be read without the branch."""
    if entry.need is Need.SELECTION:
        return role in SELECTED
    return entry.need is Need.ALWAYS


def of_simulation(name: str, entry: Entry) -> bool:
    """Whether only simulated events have this branch: truth, generator and other weights.

    >>> [of_simulation(name, Entry()) for name in ("truth_m_ee", "weight_isr_up", "met")]
    [True, True, False]
    """
    return entry.is_weight or name == "weight" or name.startswith(("truth_", WEIGHT_FACTOR))
