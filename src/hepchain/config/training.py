"""Block ``training``: taggers, their settings, the balance of the classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
    field_validator,
)

from hepchain.config.base import Block
from hepchain.config.types import Edges

EVERY_CATEGORY = "all"
"""What stands for the category where a model is of all of them."""

PT = "pt"
"""Variable that a model may be divided by or conditioned on."""

Spectrum = Literal["flat", "hadrons", "electrons"]

Share = Annotated[float, Field(gt=0.0, le=1.0)]


class TaggerBlock(Block):
    """What the settings of every kind of tagger have."""

    uses_gpu: ClassVar[bool] = False
    unified: bool = Field(
        default=False, description="one model a fold for all categories, not one for each"
    )
    spectrum: Spectrum = Field(
        default="flat",
        description="what both classes are weighted to: flat in ln(pT) and abs(eta), the spectrum "
        "of the hadrons, or that of the electrons",
    )
    pt_boundaries: list[PositiveFloat] = Field(
        default_factory=list,
        description="pT [GeV] at which one model ends and the next begins; none: one for all",
    )

    @field_validator("pt_boundaries")
    @classmethod
    def _rising(cls, values: list[float]) -> list[float]:
        if any(high <= low for low, high in pairwise(values)):
            raise ValueError("must rise")
        return values


class NetworkConfig(TaggerBlock):
    """A dense Keras network."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["network"]
    hidden: list[PositiveInt] = Field(min_length=1, description="nodes of each hidden layer")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout after each hidden layer")
    learning_rate: PositiveFloat = Field(description="of Adam")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(description="largest number of epochs")
    patience: PositiveInt = Field(description="epochs without a better validation loss")
    conditioned: bool = Field(
        default=False,
        description="pT scales and shifts each node of the hidden layers, besides being an input",
    )


class ResidualConfig(TaggerBlock):
    """A residual Keras network on piecewise-linear embeddings of its inputs."""

    uses_gpu: ClassVar[bool] = True
    kind: Literal["residual"]
    bins: NonNegativeInt = Field(description="quantile bins of each input's embedding; 0: none")
    width: PositiveInt = Field(description="nodes of each layer")
    blocks: PositiveInt = Field(description="residual blocks of two layers")
    dropout: float = Field(ge=0.0, lt=1.0, description="dropout in each block")
    learning_rate: PositiveFloat = Field(description="of AdamW, before its cosine decay")
    weight_decay: NonNegativeFloat = Field(description="of AdamW")
    batch_size: PositiveInt = Field(description="tracks a step")
    epochs: PositiveInt = Field(description="largest number of epochs, the length of the decay")
    patience: PositiveInt = Field(description="epochs without a better validation loss")


class CutsConfig(TaggerBlock):
    """A sequence of ever tighter rectangular cuts."""

    kind: Literal["cuts"]
    variables: list[str] = Field(
        min_length=1, description="variables that are cut on, where a category has them"
    )
    peel: float = Field(
        gt=0.0, lt=1.0, description="share of the remaining hadrons that one step cuts away"
    )
    min_hadrons: PositiveInt = Field(description="hadrons left at which the sequence ends")


class TreesConfig(TaggerBlock):
    """Boosted trees (XGBoost)."""

    kind: Literal["trees"]
    trees: PositiveInt = Field(description="largest number of trees")
    depth: PositiveInt = Field(description="largest depth of a tree")
    learning_rate: PositiveFloat = Field(description="shrinkage")
    patience: PositiveInt = Field(description="trees without a better validation loss")
    min_child_weight: NonNegativeFloat = Field(
        default=1.0, description="smallest sum of second derivatives in a leaf"
    )
    subsample: Share = Field(default=1.0, description="share of the tracks each tree sees")
    colsample: Share = Field(default=1.0, description="share of the variables each tree sees")
    l2: NonNegativeFloat = Field(default=1.0, description="L2 penalty on the values of leaves")


class EnsembleConfig(Block):
    """The mean of several taggers; it is not trained."""

    kind: Literal["ensemble"]
    members: list[str] = Field(min_length=2, description="names of trained taggers")


TaggerSettings = NetworkConfig | TreesConfig | ResidualConfig | CutsConfig
"""Settings of any kind of tagger that is trained. A new kind joins here."""

TaggerConfig = Annotated[TaggerSettings | EnsembleConfig, Field(discriminator="kind")]


def tagger_settings(content: Any) -> TaggerSettings:
    """Settings of a trained tagger from their mapping, by its ``kind``."""
    adapter: TypeAdapter[TaggerSettings] = TypeAdapter(
        Annotated[TaggerSettings, Field(discriminator="kind")]
    )
    return adapter.validate_python(content)


class BalanceConfig(Block):
    """Weights that give both classes the same spectrum in ln(pT) and |eta|."""

    pt_edges: Edges = Field(description="bins of pT [GeV]")
    abs_eta_edges: Edges = Field(description="bins of |eta|")
    max_weight_ratio: PositiveFloat = Field(
        description="largest weight over the class's mean weight; larger ones are cut off"
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

    categories: list[str] = Field(min_length=1, description="categories of tracks")
    taggers: dict[str, TaggerConfig] = Field(min_length=1, description="name -> settings")
    reference: str = Field(description="tagger that the others are measured against")
    gpu: NonNegativeInt = Field(description="GPUs of a job that trains a network")

    @property
    def tracks(self) -> TrainingTracksConfig:
        """The part that is of tracks and weights."""
        content = self.model_dump(include=set(TrainingTracksConfig.model_fields))
        return TrainingTracksConfig.model_validate(content)

    @property
    def trained(self) -> list[str]:
        """Taggers that have models of their own: all but ensembles."""
        return [name for name, settings in self.taggers.items() if settings.kind != "ensemble"]

    @property
    def ensembles(self) -> dict[str, list[str]]:
        """Ensemble -> its members."""
        return {
            name: settings.members
            for name, settings in self.taggers.items()
            if settings.kind == "ensemble"
        }

    def categories_of(self, tagger: str) -> list[str]:
        """Categories a trained tagger has models for: all, or one name for all of them."""
        settings = self.taggers[tagger]
        unified = settings.kind != "ensemble" and settings.unified
        return [EVERY_CATEGORY] if unified else self.categories

    @property
    def baselines(self) -> dict[str, str]:
        """Tagger -> what it is compared with: the same by category, in ranges of pT, the reference.

        The reference comes first: how config files are merged decides the order of the others.
        """
        names = dict.fromkeys([self.reference, *self.taggers])
        return {name: self._baseline(name) for name in names}

    def _baseline(self, name: str) -> str:
        own = self.taggers[name].model_dump()
        if name == self.reference or own["kind"] == "ensemble":
            return self.reference
        for keys, is_simpler in COMPARED:
            for other, settings in self.taggers.items():
                its = settings.model_dump()
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
