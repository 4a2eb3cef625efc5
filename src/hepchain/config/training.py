"""Block ``training``: taggers, their settings, the balance of the classes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
)

from hepchain.config.base import Block
from hepchain.config.types import Edges

EVERY_CATEGORY = "all"
"""What stands for the category where a model is of all of them."""

Share = Annotated[float, Field(gt=0.0, le=1.0)]


class TaggerBlock(Block):
    """What the settings of every kind of tagger have."""

    uses_gpu: ClassVar[bool] = False
    unified: bool = Field(
        default=False, description="one model a fold for all categories, not one for each"
    )


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
    """Weights that give both classes the same flat spectrum in ln(pT) and |eta|."""

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
    gpu: NonNegativeInt = Field(description="GPUs of a job that trains a network")

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

    def baselines(self, reference: str) -> dict[str, str]:
        """Tagger -> what it is compared with: the reference, or the same by category if unified.

        The reference comes first: how config files are merged decides the order of the others.
        """
        found = {}
        for name in dict.fromkeys([reference, *self.taggers]):
            by_category = self.taggers[name].model_copy(update={"unified": False})
            same = [other for other, its in self.taggers.items() if its == by_category]
            found[name] = same[0] if same and same[0] != name else reference
        found[reference] = reference
        return found
