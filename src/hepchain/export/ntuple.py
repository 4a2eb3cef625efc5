"""Scores of all tracks of an ntuple that pass the pre-selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.config.names import nearest
from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.export.manifest import Manifest
from hepchain.export.scorer import ExportedTagger
from hepchain.features.table import category_names
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter
from hepchain.skimming.reading import Chunk, open_ntuple
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import Counts, flatten_tracks, incomplete_groups, preselect
from hepchain.variations import base_of

Table = dict[str, npt.NDArray[Any]]
"""Column -> one value a track, shape (n,)."""


@dataclass
class Scored:
    """What was scored, for the message at the end."""

    events: int
    tracks: int
    """In the file."""
    categories: dict[str, int]
    """Category -> tracks that pass the pre-selection."""
    passing: int

    def count(self, table: Table) -> None:
        """Add tracks that were scored."""
        for name in self.categories:
            self.categories[name] += int((table["category"] == name).sum())
        self.passing += int(table["passes"].sum())

    def __str__(self) -> str:
        scored = sum(self.categories.values())
        width = max(map(len, self.categories))
        share = f" ({100.0 * self.passing / scored:.1f} %)" if scored else ""
        return "\n".join(
            [
                f"{scored} of {self.tracks} tracks in {self.events} events pass the pre-selection "
                "and are scored",
                *(f"  {name:{width}}  {count:8d}" for name, count in self.categories.items()),
                f"  {self.passing} pass the working point{share}",
            ]
        )


def score_ntuple(
    ntuple: str | Path,
    map_path: str | Path,
    tagger: ExportedTagger,
    output: str | Path,
    sample: str | None = None,
    working_point: Literal["overall", "per_pt_bin"] = "overall",
) -> Scored:
    """Score an ntuple a thousand events at a time and write a table of its tracks.

    Parameters
    ----------
    ntuple, map_path : ROOT file and its branch map
    output : Parquet file with identity, ``category``, ``raw``, ``score`` and ``passes`` of tracks
    sample : sample of the tagger's own run that the events are of: each is scored by the models
        that have not seen it, as in the run. Any other event is scored by the mean of all models
    working_point : which threshold ``passes`` is about

    Raises
    ------
    InputError : no such sample; the file is unusable, lacks variables, or has NaN or infinity
    OutputError : there is a file at ``output`` that was not made by this function
    """
    manifest = tagger.manifest
    _require_sample(sample, manifest)
    settings, ntuple_map = _settings(manifest), load_block(map_path, NtupleMap)
    point = manifest.working_point("mean" if sample is None else "fold", working_point)
    result = Scored(0, 0, dict.fromkeys(manifest.categories, 0), 0)
    with (
        open_ntuple(str(ntuple), ntuple_map, settings) as (report, chunks),
        ParquetWriter.open(output, "hepchain score", (ntuple, map_path)) as writer,
    ):
        _require_complete(manifest, incomplete_groups(report, manifest.groups), str(ntuple))
        for chunk in chunks:
            tracks = _preselected(chunk, settings, result)
            table = _scores(tracks, tagger, sample, str(ntuple))
            table["passes"] = point.passes(table["score"], tracks["pt"])
            result.count(table)
            writer.write(table)
    return result


def _require_sample(sample: str | None, manifest: Manifest) -> None:
    """An unknown name would give other folds, and scores by models that have seen the events."""
    if sample is not None and base_of(sample) not in manifest.samples:
        raise InputError(
            f"'{sample}' is no sample of the run that made tagger {manifest.tagger}"
            f"{nearest(sample, manifest.samples)}"
        )


def _settings(manifest: Manifest) -> SkimSettings:
    # Tracks alone are read, which is what a training sample is read for.
    return SkimSettings(Role.TRAINING, manifest.tracks, None, manifest.groups)


def _require_complete(
    manifest: Manifest, incomplete: Mapping[str, Sequence[str]], path: str
) -> None:
    lost = [
        name
        for name, category in manifest.categories.items()
        if any(group in incomplete for group in category.groups)
    ]
    if lost:
        lines = "\n".join(f"  {group}: {', '.join(names)}" for group, names in incomplete.items())
        kept = ", ".join(name for name in manifest.categories if name not in lost)
        raise InputError(
            f"{path}: tracks of {', '.join(lost)} cannot be scored"
            f"{f' (those of {kept} could)' if kept else ''}: the file or the branch map lacks "
            f"variables of the tagger, by group\n{lines}\n"
            "  write these branches, or correct the branch map (docs/ntuples.md)"
        )


def _preselected(chunk: Chunk, settings: SkimSettings, result: Scored) -> Table:
    weight = ak.to_numpy(chunk["weight"]).astype(np.float64)
    flat = flatten_tracks(chunk, weight, settings.tracks.quality is not None)
    passes = preselect(flat, settings.tracks, Counts())
    result.events += len(chunk["event_number"])
    result.tracks += len(passes)
    return {
        name: flat[name][passes] for name in ("event_number", "track_index", *settings.variables)
    }


def _scores(tracks: Table, tagger: ExportedTagger, sample: str | None, path: str) -> Table:
    """Identity, category and scores of tracks that pass the pre-selection."""
    manifest = tagger.manifest
    groups = {name: category.groups for name, category in manifest.categories.items()}
    category, _ = category_names(path, tracks, manifest.groups, groups, {})
    number = tracks["event_number"]
    fold = None if sample is None else fold_of(sample, number, manifest.folds)
    raw = tagger.raw(tracks, category, fold, path)
    return {
        "event_number": number,
        "track_index": tracks["track_index"].astype(np.int32),
        "category": category,
        "raw": raw,
        "score": tagger.score(raw, category),
    }
