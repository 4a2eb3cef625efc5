"""Block ``event_classifier``: a classifier of events, conditioned on the mass splitting."""

from __future__ import annotations

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from hepchain.config.base import Block
from hepchain.config.taggers import Share
from hepchain.config.types import Azimuth, Bins, Depth, Trees


class EventTreesConfig(Block):
    """Boosted trees; all of them are kept, since no events are spared to stop them early."""

    trees: Trees = Field(description="number of trees")
    depth: Depth = Field(description="largest depth of a tree")
    learning_rate: Share = Field(description="shrinkage")
    min_child_weight: NonNegativeFloat = Field(
        description="smallest sum of second derivatives in a leaf; an event adds a quarter at most"
    )
    subsample: Share = Field(description="share of the events each tree sees")
    colsample: Share = Field(description="share of the inputs each tree sees")
    l2: NonNegativeFloat = Field(description="L2 penalty on the values of leaves")


class EventClassifierConfig(Block):
    """A classifier of events, trained without the mass point that it is evaluated on."""

    discriminant: str = Field(
        description="of statistics.scan.discriminants, what the classifier is compared with beside "
        "their reference"
    )
    trees: EventTreesConfig = Field(description="settings of the trees, fixed beforehand")
    inner_folds: int = Field(
        ge=2,
        le=20,
        description="parts of the events of a training; the bins follow from scores of events by "
        "trees that have not seen their part",
    )
    signal_efficiency: Share = Field(
        description="share of the signal events of the training in the bins; below is no region"
    )
    bins: Bins = Field(description="bins of equal signal of the training")
    min_effective_events: PositiveFloat = Field(
        description="effective background events of the training in a bin; bins with fewer are "
        "merged with their lower neighbour"
    )
    max_delta_phi_electron_met: Azimuth = Field(
        description="largest azimuth of the electron to ETmiss [rad] of the simple cut that the "
        "classifier is compared with"
    )
    retrainings: NonNegativeInt = Field(
        le=1000,
        description="further trainings with other random numbers, for the spread of the gain",
    )
    min_events: PositiveInt = Field(
        description="events of signal, and of background, that a training needs"
    )
