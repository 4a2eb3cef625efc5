"""What an exported tagger consists of: ``tagger.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeInt,
    PositiveFloat,
    ValidationError,
    model_validator,
)

from hepchain.combination.calibration import CategoryCalibration
from hepchain.config.base import Block
from hepchain.config.reading import describe
from hepchain.config.skimming import TrackSelection
from hepchain.errors import InputError
from hepchain.io import sha256, write_json
from hepchain.selection.working_point import WorkingPoint

FILE = "tagger.json"
NUMBERS = "model_card.json"
"""The model card as numbers."""
FORMAT = 2
"""Version of the manifest."""
DIGEST = "sha256"
"""Key of the digest of all the others."""

REMEDY = "export the tagger, or copy its folder, again"

Models = Literal["mean", "fold"]
"""Which models score a track: the mean of those of all folds, or the one of the track's fold."""
MODELS: tuple[Models, ...] = ("mean", "fold")
Name = Annotated[str, Field(min_length=1)]
FileName = Annotated[str, Field(pattern=r"^[^/\\]+$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelFile(Block):
    """ONNX file of one model of a category."""

    fold: NonNegativeInt
    """Left out: the model has not seen its events."""
    file: FileName
    sha256: Sha256


class Category(Block):
    """Tracks that have exactly these groups of variables."""

    groups: tuple[Name, ...] = Field(min_length=1)
    variables: tuple[Name, ...] = Field(min_length=1)
    """Input vector, in order."""
    models: tuple[ModelFile, ...]
    """By fold; none if no model was trained for the category."""
    calibration: CategoryCalibration | None
    """Of its raw scores."""

    @model_validator(mode="after")
    def _calibrated_if_trained(self) -> Self:
        if bool(self.models) != (self.calibration is not None):
            has, lacks = ("models", "calibration")[:: 1 if self.models else -1]
            raise ValueError(f"{has} without {lacks}: no score can be made")
        return self


class BinnedThresholds(Block):
    """A threshold for each bin of pT."""

    model_config = ConfigDict(extra="allow")

    edges: tuple[FiniteFloat, ...]
    """[GeV]"""
    thresholds: tuple[FiniteFloat, ...]

    @model_validator(mode="after")
    def _one_a_bin(self) -> Self:
        if len(self.edges) != len(self.thresholds) + 1 or list(self.edges) != sorted(self.edges):
            raise ValueError(f"{len(self.thresholds)} thresholds for the edges {self.edges}")
        return self


class Thresholds(Block):
    """Content of ``working_points.json``; what is not read here goes along."""

    model_config = ConfigDict(extra="allow")

    sample: Name
    fake_rate: PositiveFloat
    score: Literal["likelihood_ratio", "raw"]
    denominator: str
    overall: FiniteFloat
    per_pt_bin: BinnedThresholds
    others: dict[Name, FiniteFloat] = Field(default_factory=dict)
    """Further working points, none in a tagger of an older version."""


class Manifest(Block):
    """All but the models themselves."""

    tagger: Name
    kind: Name
    score: Literal["likelihood_ratio", "raw"]
    """What is cut on."""
    folds: NonNegativeInt
    samples: tuple[Name, ...]
    """Of the run, whose events are in a fold."""
    groups: dict[Name, tuple[Name, ...]]
    """Group -> names of its variables."""
    categories: dict[Name, Category]
    tracks: TrackSelection
    """Pre-selection: tracks outside are not scored."""
    working_points: dict[Models, Thresholds]
    """Mean or fold -> thresholds of scores made so."""
    documents: dict[FileName, Sha256]
    """Files that tell of the tagger -> digest."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        problems = [
            *self._problems_of_files(),
            *(text for name in self.categories for text in self._problems_of_category(name)),
            *self._problems_of_thresholds(),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems_of_files(self) -> list[str]:
        files = [model.file for category in self.categories.values() for model in category.models]
        twice = sorted({file for file in files if files.count(file) > 1})
        return [f"categories: {file} is named for two models" for file in twice]

    def _problems_of_category(self, name: str) -> list[str]:
        category, where = self.categories[name], f"categories.{name}"
        unknown = [group for group in category.groups if group not in self.groups]
        if unknown:
            return [f"{where}.groups: no such group {', '.join(unknown)}"]
        of_groups = {variable for group in category.groups for variable in self.groups[group]}
        differ = sorted(of_groups.symmetric_difference(category.variables))
        problems = []
        if differ or len(set(category.variables)) < len(category.variables):
            text = f" ({', '.join(differ)} in one of them)" if differ else ""
            problems.append(f"{where}.variables: not those of its groups{text}")
        folds = [model.fold for model in category.models]
        if folds and folds != list(range(self.folds)):
            problems.append(f"{where}.models: of folds {folds}, expected 0 to {self.folds - 1}")
        return problems

    def _problems_of_thresholds(self) -> list[str]:
        missing = [name for name in MODELS if name not in self.working_points]
        other = [name for name, item in self.working_points.items() if item.score != self.score]
        return [
            *(f"working_points.{name}: missing" for name in missing),
            *(f"working_points.{name}.score: not the score '{self.score}'" for name in other),
        ]

    def working_point(self, models: Models, kind: Literal["overall", "per_pt_bin"]) -> WorkingPoint:
        """Threshold of scores that are made so."""
        return WorkingPoint.from_content(self.working_points[models].model_dump(), kind)

    @property
    def models(self) -> dict[str, tuple[str, ModelFile]]:
        """File -> category and model."""
        return {
            model.file: (name, model)
            for name, category in self.categories.items()
            for model in category.models
        }

    @property
    def identity(self) -> str:
        """Digest of the manifest, and by the digests in it of all files of the tagger."""
        return digest_of(self._content())

    def _content(self) -> dict[str, Any]:
        return self.model_dump(mode="json") | {"format": FORMAT}

    def write(self, directory: Path) -> None:
        """Write ``tagger.json``."""
        write_json(directory / FILE, self._content() | {DIGEST: self.identity})

    @classmethod
    def read(cls, directory: str | Path) -> Manifest:
        """Read ``tagger.json``.

        Raises
        ------
        InputError : it is missing, of another format, contradicts itself, or was changed
        """
        path = Path(directory) / FILE
        if not path.is_file():
            raise InputError(
                f"{directory}: no exported tagger (no {FILE} in it); make one with `snakemake "
                "results/export/TAGGER`, or name the folder that holds it"
            )
        content = _content(path)
        written = content.pop(DIGEST, None)
        expected = digest_of(content)
        del content["format"]
        try:
            manifest = cls.model_validate(content)
        except ValidationError as error:
            lines = "\n".join(f"  {line}" for line in describe(error, cls, content))
            raise InputError(
                f"{path}: not the manifest of an exported tagger\n{lines}\n  {REMEDY}"
            ) from error
        if written != expected:
            raise InputError(
                f"{path}: changed since it was exported ({DIGEST} is {written}, of its content "
                f"{expected}); {REMEDY}"
            )
        return manifest


def _content(path: Path) -> dict[str, Any]:
    """Content of a manifest of this format."""
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON ({error}); {REMEDY}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        found = content.get("format") if isinstance(content, dict) else None
        raise InputError(
            f"{path}: a manifest of format {found}, this version reads {FORMAT}; export it again"
        )
    return content


def digest_of(content: dict[str, Any]) -> str:
    """Digest of the content of a manifest, whatever the order of its keys."""
    return sha256(json.dumps(content, sort_keys=True).encode())
