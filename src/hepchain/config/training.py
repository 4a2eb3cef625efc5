"""Block ``training``: taggers, their settings, the balance of the classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SerializeAsAny,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from hepchain.config.base import Block
from hepchain.config.taggers import TaggerSettings, settings_of_kind
from hepchain.config.types import AbsEtaEdges, Distinct, MomentumEdges, Name, Named
from hepchain.modules import SETTINGS_OF_TAGGERS, is_there, module_named, modules_in

EVERY_CATEGORY = "all"
"""What stands for the category where a model is of all of them."""


class EnsembleConfig(Block):
    """The mean of several taggers; it is not trained."""

    kind: Literal["ensemble"]
    members: Distinct[Name] = Field(min_length=2, description="names of trained taggers")


class ExportedConfig(Block):
    """A tagger that was exported; it is trained no more."""

    kind: Literal["exported"]
    folder: str = Field(min_length=1, description="folder of the exported tagger")
    models: Literal["mean", "fold"] = Field(
        default="mean",
        description="by what an event is scored: the mean of the models of all folds, or, of a "
        "sample that some were trained on, the model of its fold, which has not seen it",
    )


def _by_kind(content: Any, general: ValidatorFunctionWrapHandler) -> Any:
    """Settings of a kind that is a chain's own, as its module describes them, or of any other."""
    if isinstance(content, TaggerSettings):
        return content
    kind = content.get("kind") if isinstance(content, Mapping) else None
    if not isinstance(kind, str) or "." not in kind:
        return general(content)
    if not is_there(module_named(kind, SETTINGS_OF_TAGGERS)):
        raise ValueError(f"no kind '{kind}': no {module_named(kind, SETTINGS_OF_TAGGERS)}")
    return settings_of_kind(kind).model_validate(content)


if TYPE_CHECKING:
    AnySettings = TaggerSettings | EnsembleConfig | ExportedConfig
else:
    _KINDS = map(settings_of_kind, modules_in(f"hepchain.{SETTINGS_OF_TAGGERS}"))
    _UNTRAINED = (EnsembleConfig, ExportedConfig)
    AnySettings = Annotated[Union[(*_KINDS, *_UNTRAINED)], Field(discriminator="kind")]

TaggerConfig = Annotated[SerializeAsAny[AnySettings], WrapValidator(_by_kind)]


class BalanceConfig(Block):
    """Weights that give both classes the same spectrum in ln(pT) and |eta|."""

    pt_edges: MomentumEdges = Field(description="bins of pT [GeV]")
    abs_eta_edges: AbsEtaEdges = Field(description="bins of |eta|")
    max_weight_ratio: PositiveFloat = Field(
        description="largest weight over the class's mean weight; larger ones are cut off"
    )
    event_weights: Literal["use", "ignore"] = Field(
        default="use",
        description="whether a track counts with the weight of its event, or once; everywhere the "
        "classes are balanced: trainings, calibration, studies, figures of them",
    )


class TrainingTracksConfig(Block):
    """Which tracks a model learns from, and with which weights."""

    validation_fraction: float = Field(
        gt=0.0, lt=1.0, description="share of the training events kept for early stopping"
    )
    min_tracks: PositiveInt = Field(description="fewest tracks of each class in each category")
    max_tracks: PositiveInt = Field(
        default=2_000_000,
        description="most tracks of each class a model learns from; limits the memory of a job",
    )
    balance: BalanceConfig = Field(description="weights of the classes")


class TrainingConfig(TrainingTracksConfig):
    """What is trained."""

    categories: Distinct[Name] = Field(min_length=1, description="categories of tracks")
    taggers: Named[TaggerConfig] = Field(min_length=1, description="name -> settings")
    reference: str = Field(description="tagger that the others are measured against")
    on_request: Distinct[Name] = Field(
        default_factory=list,
        description="of the taggers: those that are made for what asks for them alone, and are in "
        "no figure of all taggers",
    )
    gpu: NonNegativeInt = Field(description="GPUs of a job that trains a network")

    @property
    def tracks(self) -> TrainingTracksConfig:
        """The part that is of tracks and weights."""
        content = self.model_dump(include=set(TrainingTracksConfig.model_fields))
        return TrainingTracksConfig.model_validate(content)

    @property
    def listed(self) -> list[str]:
        """Taggers that are always made, and compared in figures."""
        return [name for name in self.taggers if name not in self.on_request]

    @property
    def trained(self) -> list[str]:
        """Taggers that the run trains: neither ensembles nor exported ones.

        None where no other than those on request would be trained.
        """
        found = [name for name, item in self.taggers.items() if isinstance(item, TaggerSettings)]
        return found if any(name in self.listed for name in found) else []

    @property
    def ensembles(self) -> dict[str, list[str]]:
        """Ensemble -> its members."""
        return {
            name: settings.members
            for name, settings in self.taggers.items()
            if isinstance(settings, EnsembleConfig)
        }

    @property
    def exported(self) -> dict[str, ExportedConfig]:
        """Name of each exported tagger -> where it is."""
        return {
            name: settings
            for name, settings in self.taggers.items()
            if isinstance(settings, ExportedConfig)
        }

    def categories_of(self, tagger: str) -> list[str]:
        """Categories a trained tagger has models for: all, or one name for all of them."""
        settings = self.taggers[tagger]
        unified = isinstance(settings, TaggerSettings) and settings.unified
        return [EVERY_CATEGORY] if unified else self.categories

    @property
    def baselines(self) -> dict[str, str]:
        """Tagger -> what it is compared with: the same by category, in ranges of pT, the reference.

        The reference comes first; none is on request.
        """
        names = dict.fromkeys([self.reference, *self.listed])
        return {name: self._baseline(name) for name in names}

    def _baseline(self, name: str) -> str:
        own = self.taggers[name].model_dump()
        if name == self.reference or own["kind"] == "ensemble":
            return self.reference
        for keys, is_simpler in COMPARED:
            for other in self.listed:
                its = self.taggers[other].model_dump()
                if other != name and is_simpler(its) and _without(its, keys) == _without(own, keys):
                    return other
        return self.reference


COMPARED: tuple[tuple[set[str], Callable[[Mapping[str, Any]], bool]], ...] = (
    ({"unified"}, lambda its: its.get("unified") is False),
    ({"pt_boundaries", "spectrum", "conditioned"}, lambda its: bool(its.get("pt_boundaries"))),
)
"""Settings in which a tagger may differ from the one it is compared with, and which that is."""


def _without(settings: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key not in keys}
