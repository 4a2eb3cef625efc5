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
from hepchain.features.labels import NO_CATEGORY, categories, labels
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter, iterate_parquet, read_json, write_json
from hepchain.truth import Label

CARRIED = {
    "event_number": np.int64,
    "track_index": np.int32,
    "weight": np.float64,
    "charge": np.int8,
    "truth_pdg_id": np.int32,
    "truth_origin": np.int8,
    "truth_is_pileup": np.int8,
}
"""Columns taken over from the skim, with their type."""

logger = logging.getLogger(__name__)

Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class FeatureSettings:
    """What decides about the content of the table.

    Attributes
    ----------
    sample : name, part of the identity of an event
    folds : number of folds
    groups : group -> names of its variables
    categories : category -> its groups
    """

    sample: str
    folds: int
    groups: Mapping[str, Sequence[str]]
    categories: Mapping[str, Sequence[str]]

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
    names = list(settings.categories)
    counts = np.zeros((len(names), len(Label), 3))
    columns = [*CARRIED, *settings.variables]
    with ParquetWriter.open(output) as writer:
        for chunk in iterate_parquet(tracks, columns):
            flat = {name: ak.to_numpy(chunk[name]) for name in columns}
            table, codes = feature_columns(tracks, flat, settings, incomplete)
            # Indexing keeps one copy of each name instead of one a row.
            writer.write({**table, "category": ak.Array(names)[codes]})
            _count(counts, codes, table["label"], table["weight"])
    content = _summary(settings, names, counts)
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
) -> tuple[dict[str, npt.NDArray[Any]], npt.NDArray[np.int64]]:
    """Columns of the table and category codes of some tracks.

    Parameters
    ----------
    path : of the skim, for messages
    tracks : columns of the skim, shape (n,) each
    settings : variables, categories, folds
    incomplete : groups of which the ntuple has not all variables; no track has them

    Returns
    -------
    columns without ``category``, and for each track the position of its category

    Raises
    ------
    InputError : see :func:`make_features`
    """
    codes, presence = category_codes(path, tracks, settings.groups, settings.categories, incomplete)
    table = {name: tracks[name].astype(dtype) for name, dtype in CARRIED.items()}
    table["label"] = labels(tracks["truth_pdg_id"], tracks["truth_origin"])
    table["fold"] = fold_of(settings.sample, tracks["event_number"], settings.folds)
    for column, names in enumerate(settings.groups.values()):
        for name in names:
            values = tracks[name].astype(np.float32)
            table[name] = np.where(presence[:, column], values, np.float32(np.nan))
    return table, codes


def category_codes(
    path: str,
    tracks: Columns,
    groups: Mapping[str, Sequence[str]],
    category_groups: Mapping[str, Sequence[str]],
    incomplete: Mapping[str, Sequence[str]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Position of each track's category, and which groups it has, shape (n, groups).

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
    codes = categories(presence, list(groups), category_groups)
    _refuse_no_category(path, tracks, codes, presence, list(groups))
    return codes, presence


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
    codes: npt.NDArray[np.int64],
    presence: npt.NDArray[np.bool_],
    groups: Sequence[str],
) -> None:
    rows = codes == NO_CATEGORY
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
    counts: npt.NDArray[np.float64],
    codes: npt.NDArray[np.int64],
    label: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float64],
) -> None:
    """Add number, sum of weights and sum of their squares by category and label."""
    for column, values in enumerate((np.ones(len(weight)), weight, weight**2)):
        np.add.at(counts[:, :, column], (codes, label), values)


def _summary(
    settings: FeatureSettings, names: Sequence[str], counts: npt.NDArray[np.float64]
) -> dict[str, Any]:
    return {
        "sample": settings.sample,
        "categories": {
            name: {
                label.name.lower(): {
                    "tracks": int(counts[code, label, 0]),
                    "weighted": float(counts[code, label, 1]),
                    "error": float(counts[code, label, 2] ** 0.5),
                }
                for label in Label
            }
            for code, name in enumerate(names)
        },
    }
