"""The skim: ntuples to a table of events and a table of tracks, in chunks of events."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_json, write_json
from hepchain.skimming.check import NtupleReport, check_tree, contract
from hepchain.skimming.contract import CORE_VARIABLES, Entry
from hepchain.skimming.files import open_tree, readable
from hepchain.skimming.isolation import Tracks, column_name, cone_sums
from hepchain.skimming.mapping import apply_map, branches_of
from hepchain.skimming.quality import ASSUMED, Quality, quality
from hepchain.skimming.validation import check_values

EVENTS_AT_ONCE = 1000

ELECTRON_TRACK = ("pt", "eta", "phi", "z0", "d0")
"""Quantities of an electron's track that are kept with the electron."""

TRUTH = {
    "truth_pdg_id": "truth_track_pdg_id",
    "truth_origin": "truth_track_origin",
    "truth_is_pileup": "truth_track_is_pileup",
    "truth_pt": "truth_track_pt",
    "truth_vertex_radius": "truth_track_vertex_radius",
}

NOT_IN_EVENTS = ("weight", "met_trigger_weight")
"""Event branches that go into the final weight only."""

logger = logging.getLogger(__name__)

Chunk = Mapping[str, ak.Array]
FlatTracks = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class SkimSettings:
    """What decides about the content of a skim.

    Attributes
    ----------
    role : what the sample is for; training samples do without event-level branches
    tracks, isolation : pre-selection and cones
    groups : group of variables -> names of the variables
    """

    role: Role
    tracks: TrackSelection
    isolation: Isolation
    groups: Mapping[str, list[str]]

    @property
    def variables(self) -> list[str]:
        """Variables of all groups, and those that every skim has."""
        listed = [name for names in self.groups.values() for name in names]
        return listed + [name for name in CORE_VARIABLES if name not in listed]


@dataclass
class Cut:
    """Tracks that are left after a cut, counted and weighted."""

    tracks: int = 0
    weighted: float = 0.0
    squared: float = 0.0

    def add(self, weights: npt.NDArray[np.float64]) -> None:
        """Count these tracks."""
        self.tracks += len(weights)
        self.weighted += float(weights.sum())
        self.squared += float((weights**2).sum())

    def content(self, name: str) -> dict[str, Any]:
        """For the report; the error is the statistical one, the root of the sum of squares."""
        return {
            "cut": name,
            "tracks": self.tracks,
            "weighted": self.weighted,
            "error": self.squared**0.5,
        }


@dataclass
class Counts:
    """What was read and kept."""

    events: int = 0
    cuts: dict[str, Cut] = field(default_factory=dict)

    def add(self, cut: str, weights: npt.NDArray[np.float64]) -> None:
        """Count the tracks left after ``cut``."""
        self.cuts.setdefault(cut, Cut()).add(weights)


def skim(
    ntuples: Sequence[str],
    map_path: str,
    normalisation: str,
    settings: SkimSettings,
    outputs: Mapping[str, str],
) -> None:
    """Skim ntuples into one table of events and one of tracks.

    Parameters
    ----------
    ntuples, map_path : ROOT files, and their branch map
    normalisation : ``normalisation.json`` of the sample
    settings : pre-selection, cones, variables
    outputs : paths of ``events`` and ``tracks`` (Parquet) and ``report`` (JSON)

    Raises
    ------
    InputError : a file or its content is unusable, or has other branches than the first; nothing is
        written then
    """
    factor = float(read_json(normalisation)["weight_per_generated"])
    counts = Counts()
    reports: list[NtupleReport] = []
    with (
        ParquetWriter.open(outputs["events"]) as events,
        ParquetWriter.open(outputs["tracks"]) as tracks,
    ):
        for chunk in _chunks_of_all(ntuples, map_path, settings, reports):
            weight = _final_weight(chunk, factor, settings.role)
            flat = flatten_tracks(chunk, weight)
            events.write(event_columns(chunk, weight, flat["quality"]))
            tracks.write(track_columns(chunk, flat, settings, counts))
            counts.events += len(weight)
    content = _report_content(reports, settings, counts)
    _log(content)
    write_json(outputs["report"], content)


def _chunks_of_all(
    ntuples: Sequence[str], map_path: str, settings: SkimSettings, reports: list[NtupleReport]
) -> Iterator[Chunk]:
    """Chunks of files one after the other; what each file has is added to ``reports``."""
    for ntuple in ntuples:
        with open_ntuple(ntuple, map_path, settings) as (report, chunks):
            reports.append(report)
            _require_same_branches(report, reports[0])
            yield from chunks


def _require_same_branches(report: NtupleReport, first: NtupleReport) -> None:
    others = set(report.present) ^ set(first.present)
    if others:
        raise InputError(
            f"{report.path}: has other branches than {first.path} of the same part "
            f"({', '.join(sorted(others))}); make them anew, list them as samples of their own, or "
            "set `files_per_part: 1` for this sample"
        )


@contextmanager
def open_ntuple(
    path: str, map_path: str | Path, settings: SkimSettings
) -> Iterator[tuple[NtupleReport, Iterator[Chunk]]]:
    """What a ROOT file has of the contract, and its events in chunks, in the contract's names.

    Raises
    ------
    InputError : the file or its content is unusable for a sample of the role
    ConfigError : the map is not valid
    """
    ntuple_map = load_block(map_path, NtupleMap)
    wanted = contract(settings.variables, ntuple_map)
    with open_tree(path, ntuple_map) as tree:
        with readable(path):
            report = check_tree(path, tree, ntuple_map, wanted).of_role(settings.role)
        report.require(settings.role)
        yield report, _chunks(path, tree, ntuple_map, report, wanted, settings.groups)


def _chunks(
    path: str,
    tree: Any,
    ntuple_map: NtupleMap,
    report: NtupleReport,
    wanted: Mapping[str, Entry],
    groups: Mapping[str, list[str]],
) -> Iterator[dict[str, ak.Array]]:
    """The file a thousand events at a time, in the contract's names and units, checked."""
    flags = [
        flag
        for flag in ntuple_map.present_where_positive.values()
        if all(branch in tree for branch in branches_of(ntuple_map, [flag]))
    ]
    branches = branches_of(ntuple_map, [*report.present, *flags])
    iterator = tree.iterate(filter_name=branches, step_size=EVENTS_AT_ONCE, library="ak")
    while True:
        with readable(path):
            arrays = next(iterator, None)
            if arrays is None:
                return
            chunk = apply_map(ntuple_map, arrays, report.present, wanted, groups)
        check_values(path, chunk, wanted, report.present)
        yield chunk


def _final_weight(chunk: Chunk, factor: float, role: Role) -> npt.NDArray[np.float64]:
    """Weight of each event.

    Training samples pass no trigger: the electron gun has no missing momentum, so that the
    efficiency of the trigger is zero for most of its events.
    """
    weight = factor * ak.to_numpy(chunk["weight"])
    if role is not Role.TRAINING:
        weight = weight * ak.to_numpy(chunk["met_trigger_weight"])
    return np.asarray(weight, dtype=np.float64)


def flatten_tracks(chunk: Chunk, weight: npt.NDArray[np.float64]) -> FlatTracks:
    """Track quantities of all events one after the other, with event, index, weight and quality."""
    counts = ak.to_numpy(ak.num(chunk["track_charge"]))
    event = np.repeat(np.arange(len(counts)), counts)
    flat: FlatTracks = {
        name.removeprefix("track_"): ak.to_numpy(ak.flatten(values))
        for name, values in chunk.items()
        if name.startswith(("track_", "truth_track_"))
    }
    flat["event"] = event
    flat["event_number"] = ak.to_numpy(chunk["event_number"])[event]
    flat["track_index"] = ak.to_numpy(ak.flatten(ak.local_index(chunk["track_charge"])))
    flat["weight"] = weight[event]
    flat["quality"] = quality(flat)
    return flat


def event_columns(
    chunk: Chunk, weight: npt.NDArray[np.float64], track_quality: npt.NDArray[np.int8]
) -> dict[str, Any]:
    """Columns of the table of events.

    Parameters
    ----------
    chunk : quantities of the contract
    weight : final weight, shape (events,)
    track_quality : of all tracks of the chunk, flat
    """
    columns: dict[str, Any] = {
        name: values
        for name, values in chunk.items()
        if not name.startswith(("track_", "truth_track_")) and name not in NOT_IN_EVENTS
    }
    columns["weight"] = weight
    if "electron_track_index" in chunk:
        index = chunk["electron_track_index"]
        has_track = ak.mask(index, index >= 0)
        for name in ELECTRON_TRACK:
            value = ak.fill_none(chunk[f"track_{name}"][has_track], np.nan)
            columns[f"electron_track_{name}"] = ak.values_astype(value, np.float32)
        counts = ak.num(chunk["track_charge"])
        value = ak.fill_none(ak.unflatten(track_quality, counts)[has_track], Quality.NONE)
        columns["electron_track_quality"] = ak.values_astype(value, np.int8)
    return columns


def track_columns(
    chunk: Chunk, flat: FlatTracks, settings: SkimSettings, counts: Counts
) -> dict[str, npt.NDArray[Any]]:
    """Columns of the table of tracks: those that pass the pre-selection, with their cone sums."""
    passes = preselect(flat, settings.tracks, counts)
    columns = {name: flat[name][passes] for name in ("event_number", "track_index", "weight")}
    columns["track_index"] = columns["track_index"].astype(np.int32)
    columns |= {name: flat[name][passes] for name in ("charge", "theta", *settings.variables)}
    columns |= {name: flat[name][passes] for name in ("vertex_index", "z0_sin_theta")}
    columns["tight_primary"] = flat["quality"][passes] == Quality.TIGHT_PRIMARY
    columns |= isolation_columns(flat, passes, settings.isolation)
    columns |= {name: flat[branch][passes] for name, branch in TRUTH.items()}
    return columns


def preselect(flat: FlatTracks, selection: TrackSelection, counts: Counts) -> npt.NDArray[np.bool_]:
    """Tracks that pass the pre-selection, counted after each cut.

    A track without a vertex (z0 sin(theta) NaN) fails the cut on the distance to its vertex.
    """
    needed = Quality[selection.quality.upper()]
    low, high = selection.pt
    cuts = {
        "all": np.ones(len(flat["pt"]), dtype=bool),
        "pt": (flat["pt"] > low) & (flat["pt"] < high),
        "eta": np.abs(flat["eta"]) < selection.max_abs_eta,
        "quality": flat["quality"] >= needed,
        "d0": np.abs(flat["d0"]) < selection.max_abs_d0,
        "z0_sin_theta": np.abs(flat["z0_sin_theta"]) < selection.max_z0_sin_theta,
    }
    passes = cuts["all"]
    for name, cut in cuts.items():
        passes = passes & cut
        counts.add(name, flat["weight"][passes])
    return passes


def isolation_columns(
    flat: FlatTracks, central: npt.NDArray[np.bool_], isolation: Isolation
) -> dict[str, npt.NDArray[np.float32]]:
    """Cone sums of the central tracks, one column for each constituent threshold."""
    tracks = Tracks(flat["event"], flat["pt"], flat["eta"], flat["phi"], flat["z0"], flat["theta"])
    tight = flat["quality"] == Quality.TIGHT_PRIMARY
    thresholds: Sequence[float] = isolation.constituent_pt
    sums = cone_sums(tracks, central, tight, isolation.cone, isolation.max_z0_sin_theta, thresholds)
    names = [column_name(isolation.cone, threshold) for threshold in thresholds]
    return {name: sums[:, column].copy() for column, name in enumerate(names)}


def incomplete_groups(
    report: NtupleReport, groups: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Groups of which the ntuple lacks variables, with the names of these."""
    absent = {
        group: [name for name in names if f"track_{name}" in report.absent]
        for group, names in groups.items()
    }
    return {group: names for group, names in absent.items() if names}


def _report_content(
    reports: Sequence[NtupleReport], settings: SkimSettings, counts: Counts
) -> dict[str, Any]:
    report = reports[0]
    return {
        "ntuples": [item.path for item in reports],
        "events": counts.events,
        "tracks": [cut.content(name) for name, cut in counts.cuts.items()],
        "absent": dict(report.absent),
        "incomplete_groups": incomplete_groups(report, settings.groups),
        "assumed": {
            name: value for name, value in ASSUMED.items() if f"track_{name}" in report.absent
        },
    }


def _log(content: Mapping[str, Any]) -> None:
    logger.info("%s: %d events read", ", ".join(content["ntuples"]), content["events"])
    for cut in content["tracks"]:
        logger.info("after %(cut)s: %(tracks)d tracks, weighted %(weighted)g +- %(error)g", cut)
    for name, reason in content["absent"].items():
        logger.warning("absent: %s (%s)", name, reason)
    for group, names in content["incomplete_groups"].items():
        logger.warning(
            "group '%s' is incomplete, no track has it: without %s", group, ", ".join(names)
        )
    for name, value in content["assumed"].items():
        logger.warning("track quality: %s taken as %g", name, value)
