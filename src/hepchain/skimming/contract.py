"""The branches of the ntuple contract: type, whether they are needed, what stands in for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from hepchain.config.samples import Role
from hepchain.variations import WEIGHT_FACTOR

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
class Entry:
    """One branch of the contract.

    Attributes
    ----------
    collection : object whose list the branch belongs to; empty for one value an event
    dtype : type in the skim, a NumPy name
    need : what happens if it is absent
    default : value that stands in for it; None if nothing does
    may_be_nan : whether NaN is a valid value
    """

    collection: str
    dtype: str = "float32"
    need: Need = Need.NEVER
    default: float | None = None
    may_be_nan: bool = False


def _collection(name: str, fields: Iterable[str], entry: Entry) -> dict[str, Entry]:
    return {f"{name}_{field}": entry for field in fields}


KINEMATICS = ("pt", "eta", "phi")

CORE_VARIABLES = ("pt", "eta", "phi", "d0", "z0")
"""Variables of a track that pre-selection, cones and the electron's track need."""

EVENT: dict[str, Entry] = {
    "event_number": Entry("", "int64", Need.ALWAYS),
    "weight": Entry("", "float64", default=1.0),
    "met_trigger_weight": Entry("", "float64", default=1.0),
    "mu": Entry("", default=float("nan"), may_be_nan=True),
    "met": Entry("", need=Need.SELECTION, default=float("nan")),
    "met_phi": Entry("", need=Need.SELECTION, default=float("nan")),
    "truth_m_ee": Entry("", may_be_nan=True),
    "truth_system_pt": Entry("", may_be_nan=True),
    "truth_cos_theta_star": Entry("", may_be_nan=True),
}

OBJECTS: dict[str, Entry] = {
    **_collection("electron", KINEMATICS, Entry("electron", need=Need.SELECTION)),
    **_collection(
        "electron", ("charge", "lh_very_loose"), Entry("electron", "int32", Need.SELECTION)
    ),
    "electron_track_index": Entry("electron", "int32", Need.SELECTION),
    **_collection("jet", (*KINEMATICS, "mass"), Entry("jet", need=Need.SELECTION)),
    **_collection("truth_electron", KINEMATICS, Entry("truth_electron")),
    **_collection("truth_electron", ("charge", "track_index"), Entry("truth_electron", "int32")),
}

TRACK: dict[str, Entry] = {
    "track_charge": Entry("track", "int32", Need.ALWAYS),
    "track_theta": Entry("track", need=Need.ALWAYS),
    "track_vertex_index": Entry("track", "int32", Need.ALWAYS),
    "track_z0_sin_theta": Entry("track", need=Need.ALWAYS, may_be_nan=True),
    "truth_track_pdg_id": Entry("track", "int32", default=0),
    "truth_track_origin": Entry("track", "int32", default=0),
    "truth_track_is_pileup": Entry("track", "int32", default=0),
    "truth_track_pt": Entry("track", default=float("nan"), may_be_nan=True),
    "truth_track_vertex_radius": Entry("track", default=float("nan"), may_be_nan=True),
}


def entries(
    variables: Iterable[str],
    needed_variables: Iterable[str] = (),
    weight_factors: Iterable[str] = (),
) -> dict[str, Entry]:
    """All branches of the contract that the skim is made of.

    Parameters
    ----------
    variables : names of the input variables of a track
    needed_variables : further variables that cannot be absent, for the track quality
    weight_factors : names of varied weights
    """
    core = {f"track_{name}": Entry("track", need=Need.ALWAYS) for name in CORE_VARIABLES}
    needed = {f"track_{name}": Entry("track", need=Need.ALWAYS) for name in needed_variables}
    optional = {
        f"track_{name}": Entry("track", default=float("nan"), may_be_nan=True) for name in variables
    }
    weights = {name: Entry("", "float64") for name in weight_factors}
    return {**EVENT, **weights, **OBJECTS, **TRACK, **optional, **needed, **core}


def is_needed(entry: Entry, role: Role) -> bool:
    """Whether a sample of this role can be read without the branch."""
    if entry.need is Need.SELECTION:
        return role in SELECTED
    return entry.need is Need.ALWAYS


def of_simulation(name: str) -> bool:
    """Whether only simulated events have this branch: truth, generator and trigger weights.

    >>> [of_simulation(name) for name in ("truth_m_ee", "weight_isr_up", "met")]
    [True, True, False]
    """
    return name.startswith(("truth_", WEIGHT_FACTOR)) or name in ("weight", "met_trigger_weight")
