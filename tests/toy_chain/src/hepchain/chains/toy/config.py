"""Configuration of the chain: the blocks of the stages it uses, and two of its own."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, PositiveFloat, PositiveInt

from hepchain.config.base import Block
from hepchain.config.chain import ChainConfig
from hepchain.config.combination import CombinationConfig
from hepchain.config.features import FeaturesConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.samples import Sample
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.training import TrainingConfig
from hepchain.config.types import Named
from hepchain.config.variables import Variables


class MarbleSample(Sample):
    """A sample of this chain has one key more."""

    OF_GENERATOR: ClassVar[tuple[str, ...]] = ("process", "glass")

    glass: float = Field(ge=0.0, le=1.0, description="share of glass marbles")


class TableConfig(Block):
    """How many marbles, and how alike they are."""

    parts: PositiveInt = Field(description="jobs a sample")
    events: PositiveInt = Field(description="events a job")
    marbles: PositiveInt = Field(description="marbles an event")
    distance: PositiveFloat = Field(
        description="between the means of glass and of clay in each of two numbers of width 1"
    )
    single: float = Field(ge=0.0, lt=1.0, description="share of marbles without the second number")


class CountingConfig(Block):
    """Events with a glass marble."""

    tagger: str = Field(description="tagger that finds it")
    max_tilt: float = Field(gt=0.0, le=1.0, description="largest tilt of the table")
    luminosity: PositiveFloat = Field(description="integrated luminosity [fb-1]")


class ToyConfig(ChainConfig):
    """The chain."""

    FILES: ClassVar[tuple[str, ...]] = ("variables",)

    samples: Named[MarbleSample] = Field(min_length=1, description="name -> sample")
    variables: Variables
    table: TableConfig
    skimming: SkimmingConfig
    features: FeaturesConfig
    training: TrainingConfig
    combination: CombinationConfig
    counting: CountingConfig
    figures: FiguresConfig

    def parts_of(self, sample: str) -> int:
        """Number of jobs that simulate a sample."""
        return self.table.parts

    def events_per_part_of(self, sample: str) -> int:
        """Number of events of each of them."""
        return self.table.events


CONFIG = ToyConfig
