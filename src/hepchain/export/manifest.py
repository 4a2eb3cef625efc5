"""What an exported tagger consists of: ``tagger.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from hepchain.combination.calibration import CategoryCalibration
from hepchain.config.skimming import TrackSelection
from hepchain.errors import InputError
from hepchain.io import read_json, write_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.training.scaling import require_same

FILE = "tagger.json"
FORMAT = 1
"""Version of the manifest."""

REMEDY = "export the tagger, or copy its folder, again"

Models = Literal["mean", "fold"]
"""Which models score a track: the mean of those of all folds, or the one of the track's fold."""


@dataclass(frozen=True)
class Category:
    """Tracks that have exactly these groups of variables."""

    groups: tuple[str, ...]
    variables: tuple[str, ...]
    """Input vector, in order."""
    files: tuple[str, ...]
    """ONNX file for each fold left out; none if no model was trained for the category."""
    calibration: CategoryCalibration | None


@dataclass(frozen=True)
class Manifest:
    """All but the models themselves."""

    tagger: str
    kind: str
    score: Literal["likelihood_ratio", "raw"]
    """What is cut on."""
    folds: int
    samples: tuple[str, ...]
    """Of the run, whose events are in a fold."""
    groups: Mapping[str, tuple[str, ...]]
    """Group -> names of its variables."""
    categories: Mapping[str, Category]
    tracks: TrackSelection
    """Pre-selection: tracks outside are not scored."""
    working_points: Mapping[Models, Mapping[str, Any]]
    """Mean or fold -> content of ``working_points.json`` of scores made so."""

    def working_point(self, models: Models, kind: Literal["overall", "per_pt_bin"]) -> WorkingPoint:
        """Threshold of scores that are made so."""
        return WorkingPoint.from_content(self.working_points[models], kind)

    def write(self, directory: Path) -> None:
        """Write ``tagger.json``."""
        content = asdict(self) | {
            "format": FORMAT,
            "tracks": self.tracks.model_dump(mode="json"),
        }
        write_json(directory / FILE, content)

    @classmethod
    def read(cls, directory: str | Path) -> Manifest:
        """Read ``tagger.json``.

        Raises
        ------
        InputError : it is missing, of another format, or contradicts itself
        """
        path = Path(directory) / FILE
        if not path.is_file():
            raise InputError(
                f"{directory}: no exported tagger (no {FILE} in it); make one with `snakemake "
                "results/export/TAGGER`, or name the folder that holds it"
            )
        content = read_json(path)
        try:
            manifest = _from_json(content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: not the manifest of an exported tagger ({error!r}); export it again"
            ) from error
        _require_consistent(manifest, path)
        return manifest


def _from_json(content: Any) -> Manifest:
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']}, this version reads {FORMAT}")
    categories = {
        name: Category(
            tuple(entry["groups"]),
            tuple(entry["variables"]),
            tuple(entry["files"]),
            None if entry["calibration"] is None else CategoryCalibration(**entry["calibration"]),
        )
        for name, entry in content["categories"].items()
    }
    return Manifest(
        tagger=content["tagger"],
        kind=content["kind"],
        score=content["score"],
        folds=int(content["folds"]),
        samples=tuple(content["samples"]),
        groups={name: tuple(names) for name, names in content["groups"].items()},
        categories=categories,
        tracks=TrackSelection(**content["tracks"]),
        working_points=content["working_points"],
    )


def _require_consistent(manifest: Manifest, path: Path) -> None:
    for name, category in manifest.categories.items():
        of_groups = [v for group in category.groups for v in manifest.groups[group]]
        if sorted(of_groups) != sorted(category.variables):
            require_same(category.variables, of_groups, f"{path}, category {name}", REMEDY)
        if category.files and len(category.files) != manifest.folds:
            raise InputError(
                f"{path}, category {name}: {len(category.files)} models for {manifest.folds} "
                f"folds; {REMEDY}"
            )
