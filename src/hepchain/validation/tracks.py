"""Errors, pulls and charge symmetry of tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepchain.config.loader import load_block
from hepchain.config.validation import TrackValidation, ValidationConfig
from hepchain.trust import Trust
from hepchain.validation.against_reconstruction import compare_all
from hepchain.validation.comparison import (
    Comparison,
    FloatArray,
    Relation,
    binned,
    categories,
)
from hepchain.validation.gun import tracks_of
from hepchain.validation.published import RESOLUTIONS, Resolution
from hepchain.validation.quantities import (
    ERRORS,
    HITS,
    TrackColumns,
    TrackQuantity,
    by_name,
    select,
)
from hepchain.validation.reconstructed import ReconstructedTracks
from hepchain.validation.reference import Quantity, Reference, in_bins, ratio
from hepchain.validation.summaries import NOTHING, Estimate, at_least, median, width

GROUP = "tracks"
BEAM_SPOT = 0.0085
"""Transverse size of the beam spot [mm], that of the really reconstructed files."""
DIFFERENCES: Mapping[str, str] = {}
"""Quantity -> why it differs from real tracks, where it is known."""


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """All comparisons of the group; inputs ``gun`` and ``reconstructed``."""
    (reference,) = inputs["reconstructed"]
    settings = config.tracks
    pions, electrons = (tracks_of(inputs["gun"], kind) for kind in ("pion", "electron"))
    return [
        *compare_all(
            pions,
            load_block(reference, ReconstructedTracks),
            ERRORS,
            GROUP,
            settings.error_abs_eta,
            settings.error_tolerance,
            settings.min_tracks,
            DIFFERENCES,
        ),
        *(published(pions, resolution, settings) for resolution in RESOLUTIONS),
        *pull_widths(pions, settings),
        pull_medians(pions, settings),
        charge_symmetry(pions, "pions", settings),
        charge_symmetry(electrons, "electrons", settings),
    ]


@dataclass(frozen=True)
class Pull:
    """(reconstructed - true) over the error, of pT, shape (n,) each."""

    name: str
    title: str
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
        "d0": ("d0", tracks["d0"]),
        "phi": ("φ", (turn + np.pi) % (2.0 * np.pi) - np.pi),
        "theta": ("θ", tracks["theta"] - 2.0 * np.arctan(np.exp(-tracks["truth_track_eta"]))),
        "q_over_p": ("q/p", tracks["q_over_p"] - tracks["charge"] / momentum),
    }
    errors = {name: tracks[f"{name}_error"] for name in residuals}
    errors["d0"] = np.hypot(errors["d0"], BEAM_SPOT)
    found = [
        Pull(name, title, tracks["pt"], residual / errors[name])
        for name, (title, residual) in residuals.items()
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
    return Pull("z0", "z0", np.minimum(tracks["pt"][one], tracks["pt"][other]), value)


def pull_widths(tracks: TrackColumns, settings: TrackValidation) -> list[Comparison]:
    """Width of each parameter's pull against one, in bins of pT."""
    axis = binned("pt", "track pT [GeV]", settings.pt_edges)
    unity = _definition(1.0, axis.bins, settings.pull_tolerance)
    summary = at_least(settings.min_tracks, width)
    return [
        Quantity("pull_width", GROUP, "width of the pulls", axis, selection=pull.title).compared(
            in_bins(summary, pull.value, pull.pt, settings.pt_edges), unity
        )
        for pull in pulls(tracks)
    ]


def pull_medians(tracks: TrackColumns, settings: TrackValidation) -> Comparison:
    """Median of each parameter's pull against zero."""
    found = pulls(tracks)
    axis = categories("parameter", "track parameter", [pull.title for pull in found])
    summary = at_least(settings.min_tracks, median)
    estimates = [summary(pull.value, np.ones(len(pull.value))) for pull in found]
    return Quantity("pull_median", GROUP, "median of the pulls", axis).compared(
        estimates, _definition(0.0, axis.bins, settings.pull_tolerance)
    )


def _definition(value: float, bins: int, tolerance: float) -> Reference:
    """What pulls are known to be without any data."""
    return Reference(
        value=np.full(bins, value),
        source="definition of the error of a fit",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=tolerance,
        tolerance_reason="errors of real track fits are right to about this",
    )


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


def charge_symmetry(tracks: TrackColumns, particles: str, settings: TrackValidation) -> Comparison:
    """Positive over negative particles, in number and in each quantity."""
    quantities = by_name((*ERRORS, *HITS))
    charges = [select(tracks, tracks["charge"] == sign) for sign in (1.0, -1.0)]
    counts = [Estimate(float(len(t["pt"])), float(np.sqrt(len(t["pt"])))) for t in charges]
    pairs = {"tracks found": counts} | {
        quantities[name].title: [_unweighted(quantities[name], side) for side in charges]
        for name in SYMMETRIC
    }
    enough = min(count.value for count in counts) >= settings.min_tracks
    ratios = [ratio(*pair) if enough else NOTHING for pair in pairs.values()]
    axis = categories("quantity", "", pairs)
    symmetry = Reference(
        value=np.ones(axis.bins),
        source="symmetry of the solenoid's field and of the gun",
        trust=Trust.COMPUTED,
        relation=Relation.INDEPENDENT,
        tolerance=settings.charge_tolerance,
        tolerance_reason="well below what a tagger could make use of",
        tolerance_kind="relative",
    )
    title = "positive over negative particles"
    return Quantity("charge_symmetry", GROUP, title, axis, selection=particles).compared(
        ratios, symmetry
    )


def _unweighted(quantity: TrackQuantity, tracks: TrackColumns) -> Estimate:
    return quantity.estimate(tracks, np.ones(len(tracks["pt"])))


def published(
    tracks: TrackColumns, resolution: Resolution, settings: TrackValidation
) -> Comparison:
    """Median error against a published resolution, which tracks with right pulls have."""
    chosen = select(tracks, resolution.selected(tracks))
    estimates = in_bins(
        at_least(settings.min_tracks, median),
        resolution.error(chosen),
        np.abs(chosen[resolution.axis]),
        resolution.edges,
    )
    reference = Reference(
        value=np.array(resolution.values),
        source=resolution.source,
        trust=Trust.DIGITISED,
        relation=Relation.INDEPENDENT,
        tolerance=settings.error_tolerance,
        tolerance_reason="closeness at which a tagger trained on one serves for the other",
        tolerance_kind="relative",
        difference=resolution.difference,
    )
    return Quantity(
        resolution.quantity,
        GROUP,
        resolution.title,
        binned(resolution.axis, resolution.axis_title, resolution.edges),
        unit=resolution.unit,
        selection=resolution.selection,
    ).compared(estimates, reference)
