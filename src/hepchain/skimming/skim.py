"""The skim: ntuples to a table of events and a table of tracks, in chunks of events."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_json, write_json
from hepchain.skimming.contract import OBJECT, Entry
from hepchain.skimming.isolation import column_name, cone_sums
from hepchain.skimming.jagged import numbers_of, sizes_of
from hepchain.skimming.quality import ASSUMED, Quality, quality
from hepchain.skimming.reading import Chunk, open_ntuple
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.structure import NtupleReport

OF_TRACKS = (f"{OBJECT}_", f"truth_{OBJECT}_")
"""Begin of the names of quantities of a track."""

logger = logging.getLogger(__name__)

FlatTracks = dict[str, npt.NDArray[Any]]


@dataclass
class Counts:
    """What was read and kept."""

    events: int = 0
    cuts: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    """Cut -> number of tracks left after it, sum of their weights and of the squares of these."""

    def add(self, cut: str, weights: npt.NDArray[np.float64]) -> None:
        """Count the tracks left after ``cut``."""
        left = np.array([len(weights), weights.sum(), (weights**2).sum()])
        self.cuts[cut] = self.cuts.get(cut, np.zeros(3)) + left

    def content(self) -> list[dict[str, Any]]:
        """For the report; the error is the statistical one, the root of the sum of squares."""
        return [
            {"cut": cut, "tracks": int(tracks), "weighted": weighted, "error": squared**0.5}
            for cut, (tracks, weighted, squared) in (
                (cut, left.tolist()) for cut, left in self.cuts.items()
            )
        ]


def skim(
    ntuples: Sequence[str],
    map_path: str,
    normalisation: str,
    settings: SkimSettings,
    outputs: Mapping[str, str],
) -> None:
    """Skim ntuples into one table of events and one of tracks.

    ``outputs``: paths of ``events`` and ``tracks`` (Parquet) and ``report`` (JSON).

    Raises
    ------
    InputError : a file or its content is unusable, or has other branches than the first; nothing is
        written then
    """
    factor = float(read_json(normalisation)["weight_per_generated"])
    ntuple_map = load_block(map_path, NtupleMap)
    wanted = settings.wanted(ntuple_map)
    reports: list[NtupleReport] = []
    with (
        ParquetWriter.open(outputs["events"]) as events,
        ParquetWriter.open(outputs["tracks"]) as tracks,
    ):
        chunks = _chunks_of_all(ntuples, ntuple_map, settings, reports)
        counts = _write(chunks, events, tracks, factor, settings, wanted)
    content = _report_content(reports, settings, counts)
    _log(content)
    write_json(outputs["report"], content)


def _write(
    chunks: Iterator[Chunk],
    events: ParquetWriter,
    tracks: ParquetWriter,
    factor: float,
    settings: SkimSettings,
    wanted: Mapping[str, Entry],
) -> Counts:
    """Fill both tables; nothing of a chunk is left when they are closed, which takes memory."""
    counts = Counts()
    for chunk in chunks:
        weight = _final_weight(chunk, factor, settings.role, wanted)
        flat = flatten_tracks(chunk, weight, settings.tracks.quality is not None)
        events.write(event_columns(chunk, weight, flat, wanted))
        tracks.write(track_columns(flat, settings, counts))
        counts.events += len(weight)
    return counts


def _chunks_of_all(
    ntuples: Sequence[str],
    ntuple_map: NtupleMap,
    settings: SkimSettings,
    reports: list[NtupleReport],
) -> Iterator[Chunk]:
    """Chunks of files one after the other; what each file has is added to ``reports``."""
    for ntuple in ntuples:
        with open_ntuple(ntuple, ntuple_map, settings) as (report, chunks):
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


def _final_weight(
    chunk: Chunk, factor: float, role: Role, wanted: Mapping[str, Entry]
) -> npt.NDArray[np.float64]:
    """Weight of each event; events that are trained on are not selected, by a trigger neither."""
    weight = factor * ak.to_numpy(chunk["weight"])
    if role is not Role.TRAINING:
        for name in (name for name, entry in wanted.items() if entry.is_weight and name in chunk):
            weight = weight * ak.to_numpy(chunk[name])
    return np.asarray(weight, dtype=np.float64)


def flatten_tracks(chunk: Chunk, weight: npt.NDArray[np.float64], with_quality: bool) -> FlatTracks:
    """Track quantities of all events one after the other, with event, index, weight and quality.

    The weight is that of the event, times the track's own where it has one. Where the quality is
    not looked at, every track has the best.
    """
    sizes = sizes_of(chunk["track_pt"])
    event = np.repeat(np.arange(len(sizes)), sizes)
    flat: FlatTracks = {
        name.replace(f"{OBJECT}_", "", 1): numbers_of(values)
        for name, values in chunk.items()
        if name.startswith(OF_TRACKS)
    }
    flat["event"] = event
    flat["event_number"] = numbers_of(chunk["event_number"])[event]
    flat["track_index"] = (np.arange(len(event)) - (np.cumsum(sizes) - sizes)[event]).astype(
        np.int32
    )
    flat["weight"] = weight[event] * flat.get("weight", 1.0)
    best = np.full(len(event), Quality.TIGHT_PRIMARY, dtype=np.int8)
    flat["quality"] = quality(flat) if with_quality else best
    return flat


def event_columns(
    chunk: Chunk,
    weight: npt.NDArray[np.float64],
    flat: FlatTracks,
    wanted: Mapping[str, Entry],
) -> dict[str, Any]:
    """Columns of the table of events, with their final weight of shape (events,)."""
    columns: dict[str, Any] = {
        name: values
        for name, values in chunk.items()
        if wanted[name].collection != OBJECT and not wanted[name].is_weight
    }
    columns["weight"] = weight
    tracks = sizes_of(chunk["track_pt"])
    for name, index in chunk.items():
        carried = [field for field in wanted[name].carried if field in flat]
        if not carried:
            continue
        first = np.repeat(np.cumsum(tracks) - tracks, sizes_of(index))
        # What points to no track has what is appended to the tracks.
        rows = np.where(numbers_of(index) >= 0, first + numbers_of(index), -1)
        for field_ in carried:
            values = flat[field_]
            nothing = values.dtype.type(np.nan if values.dtype.kind == "f" else 0)
            column = f"{name.removesuffix('_index')}_{field_}"
            columns[column] = ak.unflatten(np.append(values, nothing)[rows], sizes_of(index))
    return columns


def track_columns(
    flat: FlatTracks, settings: SkimSettings, counts: Counts
) -> dict[str, npt.NDArray[Any]]:
    """Columns of the table of tracks: those that pass the pre-selection, with their cone sums."""
    passes = preselect(flat, settings.tracks, counts)
    rows = np.flatnonzero(passes)
    kept = [name for name in flat if name not in ("event", "quality")]
    columns = {name: flat[name].take(rows, mode="clip") for name in kept}
    if settings.tracks.quality is not None:
        columns["tight_primary"] = flat["quality"][rows] == Quality.TIGHT_PRIMARY
    if settings.isolation is not None:
        columns |= isolation_columns(flat, passes, settings.isolation)
    return columns


def preselect(flat: FlatTracks, selection: TrackSelection, counts: Counts) -> npt.NDArray[np.bool_]:
    """Tracks that pass the pre-selection, counted after each cut.

    A track without a vertex (z0 sin(theta) NaN) fails the cut on the distance to its vertex.
    """
    low, high = selection.pt
    cuts = {
        "all": np.ones(len(flat["pt"]), dtype=bool),
        "pt": (flat["pt"] > low) & (flat["pt"] < high),
        "eta": np.abs(flat["eta"]) < selection.max_abs_eta,
    }
    if selection.quality is not None:
        cuts["quality"] = flat["quality"] >= Quality[selection.quality.upper()]
    if selection.max_abs_d0 is not None:
        cuts["d0"] = np.abs(flat["d0"]) < selection.max_abs_d0
    if selection.max_z0_sin_theta is not None:
        cuts["z0_sin_theta"] = np.abs(flat["z0_sin_theta"]) < selection.max_z0_sin_theta
    passes = cuts["all"]
    for name, cut in cuts.items():
        passes = passes & cut
        counts.add(name, flat["weight"][passes])
    return passes


def isolation_columns(
    flat: FlatTracks, central: npt.NDArray[np.bool_], isolation: Isolation
) -> dict[str, npt.NDArray[np.float32]]:
    """Cone sums of the central tracks, one column for each constituent threshold."""
    sums = cone_sums(flat, central, flat["quality"] == Quality.TIGHT_PRIMARY, isolation)
    names = [column_name(isolation.cone, threshold) for threshold in isolation.constituent_pt]
    return {name: sums[:, column].copy() for column, name in enumerate(names)}


def incomplete_groups(
    report: NtupleReport, groups: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Groups of which the ntuple lacks variables, with the names of these."""
    absent = {
        group: [name for name in names if f"{OBJECT}_{name}" in report.absent]
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
        "tracks": counts.content(),
        "absent": dict(report.absent),
        "substituted": _substituted(reports),
        "incomplete_groups": incomplete_groups(report, settings.groups),
        "assumed": {
            name: value for name, value in ASSUMED.items() if f"{OBJECT}_{name}" in report.absent
        },
    }


def _substituted(reports: Sequence[NtupleReport]) -> dict[str, dict[str, Any]]:
    """Branches for which a number of the map stands in: why, and in how many files."""
    found: dict[str, dict[str, Any]] = {}
    for report in reports:
        for name, reason in report.substituted.items():
            found.setdefault(name, {"reason": reason, "files": 0})["files"] += 1
    return found


def _log(content: Mapping[str, Any]) -> None:
    logger.info("%s: %d events read", ", ".join(content["ntuples"]), content["events"])
    for cut in content["tracks"]:
        logger.info("after %(cut)s: %(tracks)d tracks, weighted %(weighted)g +- %(error)g", cut)
    for name, reason in content["absent"].items():
        assumed(logger, Kind.ABSENT, f"the ntuple lacks {name} ({reason})")
    for name, found in content["substituted"].items():
        message = f"files lack {name} ({found['reason']})"
        assumed(logger, Kind.SUBSTITUTED, message, found["files"], len(content["ntuples"]))
    for group, names in content["incomplete_groups"].items():
        assumed(
            logger,
            Kind.INCOMPLETE,
            f"group '{group}' is incomplete, no track has it: without {', '.join(names)}",
        )
    for name, value in content["assumed"].items():
        assumed(logger, Kind.QUALITY, f"track quality: {name} taken as {value:g}")
