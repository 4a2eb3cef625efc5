"""The table of features: one row a track, from the tracks of a skim."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.features.categories import NO_CATEGORY, categories
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter, iterate_parquet, read_json, write_json
from hepchain.labels import Columns, Label, Labelling

IDENTITY = {"event_number": np.int64, "track_index": np.int32, "weight": np.float64}
"""Columns taken over from the skim in every chain, with their type."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeatureSettings:
    """What decides about the content of the table.

    Attributes
    ----------
    sample : name, part of the identity of an event
    folds : number of folds
    groups : group -> names of its variables
    categories : category -> its groups
    labelling : how the chain labels its objects
    """

    sample: str
    folds: int
    groups: Mapping[str, Sequence[str]]
    categories: Mapping[str, Sequence[str]]
    labelling: Labelling

    @property
    def carried(self) -> dict[str, Any]:
        """Columns taken over from the skim, with their type."""
        return {**IDENTITY, **self.labelling.columns}

    @property
    def variables(self) -> list[str]:
        """Variables of all groups, in order."""
        return [name for names in self.groups.values() for name in names]


def make_features(
    tracks: str, report: str, settings: FeatureSettings, output: str, summary: str
) -> None:
    """Write the features of one part and a summary of them.

    Parameters
    ----------
    tracks, report : the tracks of the skim and what it reports about absent variables
    settings : variables, categories, folds
    output, summary : Parquet table, and JSON with tracks by category and label

    Raises
    ------
    InputError : no category can be formed from what the ntuple has, a track has part of a group
        or an infinite value, or its groups are those of no category
    """
    incomplete = read_json(report)["incomplete_groups"]
    refuse_without_category(report, settings, incomplete)
    counts = {name: np.zeros((len(Label), 3)) for name in settings.categories}
    columns = [*settings.carried, *settings.variables]
    with ParquetWriter.open(output) as writer:
        for chunk in iterate_parquet(tracks, columns):
            flat = {name: ak.to_numpy(chunk[name]) for name in columns}
            table = feature_columns(tracks, flat, settings, incomplete)
            writer.write(table)
            _count(counts, table["category"], table["label"], table["weight"])
    content = _summary(settings, counts)
    logger.info("%s: %d tracks, by category and label: %s", output, writer.rows, content)
    write_json(summary, content)


def refuse_without_category(
    report: str, settings: FeatureSettings, incomplete: Mapping[str, Sequence[str]]
) -> None:
    """Refuse a skim of which no track can be in any category.

    Raises
    ------
    InputError : every category has a group that the ntuple provides in part or not at all
    """
    if all(any(group in incomplete for group in groups) for groups in settings.categories.values()):
        lines = "\n".join(f"  {group}: {', '.join(names)}" for group, names in incomplete.items())
        raise InputError(
            f"{report}: no category can be formed, the ntuple lacks variables of these groups:\n"
            f"{lines}\n  add them to the ntuple and its branch map, or remove them from the "
            "variables file of the configuration"
        )


def feature_columns(
    path: str,
    tracks: Columns,
    settings: FeatureSettings,
    incomplete: Mapping[str, Sequence[str]],
) -> dict[str, npt.NDArray[Any]]:
    """Columns of the table of some tracks.

    Parameters
    ----------
    path : of the skim, for messages
    tracks : columns of the skim, shape (n,) each
    settings : variables, categories, folds
    incomplete : groups of which the ntuple has not all variables; no track has them

    Raises
    ------
    InputError : see :func:`make_features`
    """
    category, presence = category_names(
        path, tracks, settings.groups, settings.categories, incomplete
    )
    table = {name: tracks[name].astype(dtype) for name, dtype in settings.carried.items()}
    table["label"] = settings.labelling.label(tracks)
    table["fold"] = fold_of(settings.sample, tracks["event_number"], settings.folds)
    for column, names in enumerate(settings.groups.values()):
        for name in names:
            values = tracks[name].astype(np.float32)
            table[name] = np.where(presence[:, column], values, np.float32(np.nan))
    table["category"] = category
    return table


def category_names(
    path: str,
    tracks: Columns,
    groups: Mapping[str, Sequence[str]],
    category_groups: Mapping[str, Sequence[str]],
    incomplete: Mapping[str, Sequence[str]],
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.bool_]]:
    """Name of each track's category, and which groups it has, shape (n, groups).

    Parameters
    ----------
    path : of the file, for messages
    tracks : the variables of all groups, ``event_number`` and ``track_index``, shape (n,) each
    groups : group -> names of its variables
    category_groups : category -> its groups
    incomplete : groups of which the ntuple has not all variables; no track has them

    Raises
    ------
    InputError : see :func:`make_features`
    """
    presence = np.stack(
        [
            np.zeros(len(tracks["track_index"]), dtype=bool)
            if group in incomplete
            else _presence(path, tracks, group, names)
            for group, names in groups.items()
        ],
        axis=1,
    )
    names = categories(presence, list(groups), category_groups)
    _refuse_no_category(path, tracks, names, presence, list(groups))
    return names, presence


def _presence(
    path: str, tracks: Columns, group: str, names: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Whether each track has the group: all of its values are finite, or all are NaN."""
    values = np.stack([tracks[name] for name in names], axis=1)
    missing = np.isnan(values)
    absent: npt.NDArray[np.bool_] = missing.all(axis=1)
    bad = ~np.isfinite(values) & ~absent[:, np.newaxis]
    rows = bad.any(axis=1)
    if rows.any():
        affected = [name for name, column in zip(names, bad.T, strict=True) if column.any()]
        raise InputError(
            f"{path}: {int(rows.sum())} tracks have part of the group '{group}', or infinite "
            f"values in it: {', '.join(affected)} not finite; first: {_first(tracks, rows)}. "
            "A track has all variables of a group or none (NaN): correct the ntuple"
        )
    return ~absent


def _refuse_no_category(
    path: str,
    tracks: Columns,
    category: npt.NDArray[np.str_],
    presence: npt.NDArray[np.bool_],
    groups: Sequence[str],
) -> None:
    rows = category == NO_CATEGORY
    if rows.any():
        patterns = {
            " + ".join(g for g, has in zip(groups, row, strict=True) if has) or "no group"
            for row in np.unique(presence[rows], axis=0)
        }
        raise InputError(
            f"{path}: {int(rows.sum())} tracks are in no category, they have "
            f"{'; '.join(sorted(patterns))}; first: {_first(tracks, rows)}. Add a category with "
            "exactly these groups to the variables file of the configuration, or correct the ntuple"
        )


def _first(tracks: Columns, rows: npt.NDArray[np.bool_]) -> str:
    row = int(np.argmax(rows))
    return (
        f"event_number {int(tracks['event_number'][row])}, "
        f"track_index {int(tracks['track_index'][row])}"
    )


def _count(
    counts: Mapping[str, npt.NDArray[np.float64]],
    category: npt.NDArray[np.str_],
    label: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float64],
) -> None:
    """Add number, sum of weights and sum of their squares by category and label."""
    values = np.stack([np.ones(len(weight)), weight, weight**2], axis=1)
    for name, of_category in counts.items():
        chosen = category == name
        np.add.at(of_category, label[chosen], values[chosen])


def _summary(
    settings: FeatureSettings, counts: Mapping[str, npt.NDArray[np.float64]]
) -> dict[str, Any]:
    return {
        "sample": settings.sample,
        "categories": {
            name: {
                label.name.lower(): {
                    "tracks": int(of_category[label, 0]),
                    "weighted": float(of_category[label, 1]),
                    "error": float(of_category[label, 2] ** 0.5),
                }
                for label in Label
            }
            for name, of_category in counts.items()
        },
    }
