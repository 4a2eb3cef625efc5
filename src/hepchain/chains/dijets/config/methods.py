"""Blocks of what is learnt from the data, and of the search in them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from hepchain.config.base import Block
from hepchain.config.types import Depth, Distinct, MomentumRange, Name, Named, Nodes, Range, Trees

Feature = Literal["mj1", "dmj", "tau21_1", "tau21_2"]
Folds = Annotated[int, Field(ge=2, le=100)]
Share = Annotated[float, Field(gt=0.0, le=1.0)]


class DataConfig(Block):
    """The data that are searched: background with a number of signal events in it."""

    background: Name = Field(description="sample that the data are made of, or the data themselves")
    signal: Name | None = Field(default=None, description="sample of the events that are injected")
    injected: Distinct[NonNegativeInt] = Field(
        min_length=1, description="numbers of injected events that pass; each makes data of its own"
    )
    folds: Folds = Field(description="of the events; a model scores a fold that it has not seen")


class WindowsConfig(Block):
    """Where a bump is looked for."""

    mass: MomentumRange = Field(description="range of the mass of both jets [GeV]")
    bin_width: PositiveFloat = Field(le=1000.0, description="of the spectrum that is fitted [GeV]")
    side_band: PositiveFloat = Field(
        le=7000.0, description="width of the band on each side of a window [GeV]"
    )
    windows: Named[MomentumRange] = Field(min_length=1, description="name -> window [GeV]")

    def bands(self, name: str) -> tuple[float, float, float, float]:
        """Lower end of the side bands, the window, upper end of the side bands [GeV]."""
        low, high = self.windows[name]
        return low - self.side_band, low, high, high + self.side_band

    @model_validator(mode="after")
    def _have_side_bands(self) -> Self:
        for name in self.windows:
            first, _, _, last = self.bands(name)
            if first < self.mass[0] or last > self.mass[1]:
                raise ValueError(
                    f"the side bands of '{name}' reach from {first:g} to {last:g} GeV, "
                    f"beyond `mass`, {self.mass[0]:g} to {self.mass[1]:g} GeV"
                )
        for edge in (*self.mass, *(edge for window in self.windows.values() for edge in window)):
            bins = (edge - self.mass[0]) / self.bin_width
            if abs(bins - round(bins)) > 1e-6:
                raise ValueError(f"{edge:g} GeV is not at an edge of the bins of `bin_width`")
        return self


class TreesSettings(Block):
    """Boosted trees, XGBoost."""

    kind: Literal["trees"]
    trees: Trees = Field(description="largest number of trees")
    leaves: PositiveInt = Field(le=1000, description="of a tree, at most")
    depth: Depth = Field(description="of a tree, at most")
    learning_rate: float = Field(gt=0.0, le=1.0, description="step of each tree")
    patience: PositiveInt = Field(description="trees without a better validation loss")


class NetworkSettings(Block):
    """Dense network; activations as in the original code: LeakyReLU first, then ELU."""

    kind: Literal["network"]
    hidden: list[Nodes] = Field(min_length=1, description="nodes of the hidden layers")
    dropout: float = Field(ge=0.0, lt=1.0, description="after each hidden layer but the last")
    learning_rate: float = Field(gt=0.0, le=1.0, description="of Adam")
    batch_size: PositiveInt = Field(description="events of a step")
    epochs: PositiveInt = Field(description="at most")
    patience: PositiveInt = Field(description="epochs without a better validation loss")


Classifier = Annotated[TreesSettings | NetworkSettings, Field(discriminator="kind")]


class CwolaConfig(Block):
    """Classification without labels: the window against its side bands."""

    features: Distinct[Feature] = Field(min_length=1, description="inputs, free of the mass")
    classifier: Classifier
    members: Folds = Field(description="models of a fold: each leaves one part out to stop early")
    max_correlation: Share = Field(
        description="largest rank correlation of an input with the mass, in window and side bands"
    )
    on_correlation: Literal["flag", "refuse"] = Field(
        description="what a larger one does: `flag` what is found, which then says nothing, or "
        "`refuse` to learn"
    )


class SearchConfig(Block):
    """Cuts, fits and p-values."""

    efficiencies: list[Share] = Field(
        min_length=1, description="shares of the data that a cut keeps, in windows and side bands"
    )
    energy: PositiveFloat = Field(le=100_000.0, description="of the collision [GeV]")
    f_test: Share = Field(description="p-value below which a function gets one parameter more")
    min_goodness: Share = Field(description="p-value below which a fit is flagged")
    toys: PositiveInt = Field(le=1_000_000, description="pseudo-experiments of the global p-value")


class FalseAlarmsConfig(Block):
    """Searches in pseudo-experiments without a signal."""

    pseudo_experiments: PositiveInt = Field(le=100_000, description="in all")
    parts: PositiveInt = Field(le=10_000, description="jobs")
    events: PositiveInt = Field(description="of each, mean number")
    windows: Distinct[Name] = Field(min_length=1, description="that are searched in each")
    efficiency: Share = Field(description="of the cut")
    classifier: TreesSettings = Field(description="a fast one")
    folds: Folds = Field(description="of the events of each")


class SliceConfig(Block):
    """A real slice of the LHC Olympics in its window, files of NumPy (`.npy`), to compare with."""

    train: str = Field(description="file of the events that are data")
    validation: str = Field(description="file of further events")
    signal: str = Field(description="file of further events of the signal")
    window: Range = Field(description="of the mass of both jets [GeV]")
    folds: Folds = Field(description="of the background, for the idealised detector")
    members: PositiveInt = Field(le=1000, description="models that are averaged")
    classifier: Classifier
