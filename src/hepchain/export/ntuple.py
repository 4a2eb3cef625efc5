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
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation
from hepchain.errors import InputError
from hepchain.export.manifest import Manifest
from hepchain.export.scorer import ExportedTagger
from hepchain.features.table import category_codes
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter
from hepchain.skimming.skim import (
    Chunk,
    Counts,
    SkimSettings,
    flatten_tracks,
    incomplete_groups,
    open_ntuple,
    preselect,
)
from hepchain.variations import base_of


@dataclass
class Scored:
    """What was scored, for the message at the end."""

    events: int
    tracks: int
    """In the file."""
    categories: dict[str, int]
    """Category -> tracks that pass the pre-selection."""
    passing: int

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
    tagger : an exported tagger
    output : Parquet file with ``event_number``, ``track_index``, ``category``, ``raw``, ``score``,
        ``passes``
    sample : sample of the tagger's own run that the events are of: each is scored by the models
        that have not seen it, as in the run. Any other event is scored by the mean of all models
    working_point : which threshold ``passes`` is about

    Raises
    ------
    InputError : the file is unusable, lacks variables of a category, or has values that are not
        finite, or the sample is none of the run; nothing is written then
    """
    manifest = tagger.manifest
    _require_sample(sample, manifest)
    settings = _settings(manifest)
    point = manifest.working_point("mean" if sample is None else "fold", working_point)
    names = list(manifest.categories)
    result = Scored(0, 0, dict.fromkeys(names, 0), 0)
    with (
        open_ntuple(str(ntuple), map_path, settings) as (report, chunks),
        ParquetWriter.open(output) as writer,
    ):
        _require_complete(manifest, incomplete_groups(report, manifest.groups), str(ntuple))
        for chunk in chunks:
            tracks = _preselected(chunk, settings, result)
            codes = _codes(manifest, tracks, str(ntuple))
            number = tracks["event_number"]
            fold = None if sample is None else fold_of(sample, number, manifest.folds)
            raw = tagger.raw(tracks, codes, fold, str(ntuple))
            score = tagger.score(raw, codes)
            passes = point.passes(score, tracks["pt"])
            writer.write(
                {
                    "event_number": number,
                    "track_index": tracks["track_index"].astype(np.int32),
                    "category": ak.Array(names)[codes],
                    "raw": raw,
                    "score": score,
                    "passes": passes,
                }
            )
            _count(result, names, codes, passes)
    return result


def _require_sample(sample: str | None, manifest: Manifest) -> None:
    """An unknown name would give other folds, and scores by models that have seen the events."""
    if sample is not None and base_of(sample) not in manifest.samples:
        raise InputError(
            f"'{sample}' is no sample of the run that made tagger {manifest.tagger}"
            f"{nearest(sample, manifest.samples)}"
        )


def _settings(manifest: Manifest) -> SkimSettings:
    # No cones are made here. Tracks alone are read, which is what a training sample is read for.
    return SkimSettings(
        Role.TRAINING,
        manifest.tracks,
        Isolation(cone=1.0, constituent_pt=[1.0], max_z0_sin_theta=1.0),
        {name: list(variables) for name, variables in manifest.groups.items()},
    )


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


def _preselected(
    chunk: Chunk, settings: SkimSettings, result: Scored
) -> dict[str, npt.NDArray[Any]]:
    flat = flatten_tracks(chunk, ak.to_numpy(chunk["weight"]).astype(np.float64))
    passes = preselect(flat, settings.tracks, Counts())
    result.events += len(chunk["event_number"])
    result.tracks += len(passes)
    return {
        name: flat[name][passes] for name in ("event_number", "track_index", *settings.variables)
    }


def _codes(
    manifest: Manifest, tracks: Mapping[str, npt.NDArray[Any]], path: str
) -> npt.NDArray[np.int64]:
    groups = {name: category.groups for name, category in manifest.categories.items()}
    codes, _ = category_codes(path, tracks, manifest.groups, groups, {})
    return codes


def _count(
    result: Scored,
    names: Sequence[str],
    codes: npt.NDArray[np.int64],
    passes: npt.NDArray[np.bool_],
) -> None:
    for name, count in zip(names, np.bincount(codes, minlength=len(names)), strict=True):
        result.categories[name] += int(count)
    result.passing += int(passes.sum())
