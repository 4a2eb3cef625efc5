"""Errors, pulls and charge symmetry of tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hepchain.config.loader import load_block
from hepchain.config.validation import ValidationConfig
from hepchain.validation.against_reconstruction import compare_all, tracks_of
from hepchain.validation.comparison import Comparison, FloatArray
from hepchain.validation.known import Computed, Known
from hepchain.validation.quantities import (
    ERRORS,
    HITS,
    TrackColumns,
    TrackQuantity,
    by_name,
    select,
)
from hepchain.validation.reconstructed import ReconstructedTracks
from hepchain.validation.summaries import NOTHING, Estimate, at_least, median, ratio

BEAM_SPOT = 0.0085
"""Transverse size of the beam spot [mm], that of the really reconstructed files."""


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """All comparisons of the group; inputs ``gun``, ``reconstructed`` and ``known``."""
    settings = config.tracks
    pions, electrons = (tracks_of(inputs["gun"], kind) for kind in ("pion", "electron"))
    return [
        *compare_all(
            pions,
            load_block(inputs["reconstructed"][0], ReconstructedTracks),
            ERRORS,
            "tracks",
            settings.error_abs_eta,
            settings.error_tolerance,
            settings.min_tracks,
        ),
        *compare(pions, electrons, Known.read(inputs["known"][0]), settings.min_tracks),
    ]


def compare(
    pions: TrackColumns, electrons: TrackColumns, known: Known, min_tracks: float
) -> list[Comparison]:
    """Published resolutions, pulls and charge symmetry; tables ``tracks`` and one a pull."""
    found = pulls(pions)
    frames = {pull.name: pd.DataFrame({"pt": pull.pt, "pull": pull.value}) for pull in found}
    frames["tracks"] = pd.DataFrame({**pions, "abs_eta": np.abs(pions["eta"])})
    middle = at_least(min_tracks, median)
    computed = {
        "pull_median": Computed([middle(p.value, np.ones(len(p.value))) for p in found]),
        "charge_symmetry: pions": Computed(charge_ratios(pions, min_tracks)),
        "charge_symmetry: electrons": Computed(charge_ratios(electrons, min_tracks)),
    }
    return known.compare(frames, computed)


@dataclass(frozen=True)
class Pull:
    """(reconstructed - true) over the error, of pT, shape (n,) each."""

    name: str
    pt: FloatArray
    value: FloatArray


def pulls(tracks: TrackColumns) -> list[Pull]:
    """Pulls of the five parameters of prompt tracks.

    That of d0 allows for the size of the beam spot, as d0 refers to its centre.
    That of z0 is the difference of two tracks of an event, next to each other in the list, over
    its error, as the true vertex is not in the ntuple.
    """
    momentum = tracks["truth_track_pt"] * np.cosh(tracks["truth_track_eta"])
    turn = tracks["phi"] - tracks["truth_track_phi"]
    residuals = {
        "d0": tracks["d0"],
        "phi": (turn + np.pi) % (2.0 * np.pi) - np.pi,
        "theta": tracks["theta"] - 2.0 * np.arctan(np.exp(-tracks["truth_track_eta"])),
        "q_over_p": tracks["q_over_p"] - tracks["charge"] / momentum,
    }
    errors = {name: tracks[f"{name}_error"] for name in residuals}
    errors["d0"] = np.hypot(errors["d0"], BEAM_SPOT)
    found = [
        Pull(name, tracks["pt"], residual / errors[name]) for name, residual in residuals.items()
    ]
    found.insert(1, _pull_of_z0(tracks))
    return found


def _pull_of_z0(tracks: TrackColumns) -> Pull:
    """Each track belongs to one pair at most, so that the pulls are independent."""
    order = np.argsort(tracks["event"], kind="stable")
    event = tracks["event"][order]
    starts = np.flatnonzero(np.diff(event, prepend=-1.0))
    position = np.arange(len(event)) - np.repeat(starts, np.diff([*starts, len(event)]))
    first = np.flatnonzero((position[:-1] % 2 == 0) & (event[1:] == event[:-1]))
    one, other = order[first], order[first + 1]
    error = np.hypot(tracks["z0_error"][one], tracks["z0_error"][other])
    value = (tracks["z0"][one] - tracks["z0"][other]) / error
    return Pull("z0", np.minimum(tracks["pt"][one], tracks["pt"][other]), value)


SYMMETRIC = (
    "d0_error",
    "z0_error",
    "phi_error",
    "theta_error",
    "q_over_p_relative_error",
    "chi2_per_dof",
    "number_of_pixel_hits",
    "number_of_sct_hits",
    "trt_share",
    "number_of_trt_hits",
)
"""Quantities that charge must not change."""


def charge_ratios(tracks: TrackColumns, min_tracks: float) -> list[Estimate]:
    """Positive over negative particles, in number and in each quantity of ``SYMMETRIC``."""
    quantities = by_name((*ERRORS, *HITS))
    charges = [select(tracks, tracks["charge"] == sign) for sign in (1.0, -1.0)]
    counts = [Estimate(float(len(t["pt"])), float(np.sqrt(len(t["pt"])))) for t in charges]
    sides = [[_unweighted(quantities[name], side) for side in charges] for name in SYMMETRIC]
    enough = min(count.value for count in counts) >= min_tracks
    return [ratio(*pair) if enough else NOTHING for pair in (counts, *sides)]


def _unweighted(quantity: TrackQuantity, tracks: TrackColumns) -> Estimate:
    return quantity.estimate(tracks, np.ones(len(tracks["pt"])))
