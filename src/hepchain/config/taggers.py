"""What the settings of every kind of tagger have; those of a kind are found by its name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import Field, field_validator

from hepchain.config.base import Block
from hepchain.config.types import PositiveMomentum
from hepchain.modules import SETTINGS_OF_TAGGERS, module_named

PT = "pt"
"""Variable that a model may be divided by or conditioned on."""

Spectrum = Literal["flat", "background", "signal", "none"]

Share = Annotated[float, Field(gt=0.0, le=1.0)]


class TaggerSettings(Block):
    """What the settings of every kind of tagger have."""

    uses_gpu: ClassVar[bool] = False
    kind: str
    unified: bool = Field(
        default=False, description="one model a fold for all categories, not one for each"
    )
    spectrum: Spectrum = Field(
        default="flat",
        description="what both classes are weighted to: flat in ln(pT) and abs(eta), the spectrum "
        "of the background, or that of the signal; none: each class keeps its own",
    )
    pt_boundaries: list[PositiveMomentum] = Field(
        default_factory=list,
        description="pT [GeV] at which one model ends and the next begins; none: one for all",
    )

    @field_validator("pt_boundaries")
    @classmethod
    def _rising(cls, values: list[float]) -> list[float]:
        if any(high <= low for low, high in pairwise(values)):
            raise ValueError("must rise")
        return values

    @property
    def named_variables(self) -> Mapping[str, list[str]]:
        """Key -> variables that it names; a category may be without them."""
        return {}

    @property
    def of_pt(self) -> Mapping[str, bool]:
        """Key -> whether it asks for the pT among the variables of every category."""
        return {"pt_boundaries": bool(self.pt_boundaries)}


def settings_of_kind(kind: str) -> type[TaggerSettings]:
    """Model of the settings of a kind, general or ``{chain}.{name}``."""
    module = import_module(module_named(kind, SETTINGS_OF_TAGGERS))
    return cast(type[TaggerSettings], module.SETTINGS)


def tagger_settings(content: Mapping[str, Any]) -> TaggerSettings:
    """Settings of a trained tagger from their mapping, by its ``kind``."""
    return settings_of_kind(content["kind"]).model_validate(content)
