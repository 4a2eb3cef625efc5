"""The whole configuration of a run."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import Field, NonNegativeInt, model_validator

from hepchain.config.base import Block
from hepchain.config.blinding import BlindingConfig
from hepchain.config.combination import CombinationConfig
from hepchain.config.consistency import of_role, problems
from hepchain.config.event_classifier import EventClassifierConfig
from hepchain.config.execution import ExecutionConfig
from hepchain.config.features import FeaturesConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.mass_plane import MassPlaneConfig
from hepchain.config.publication import PublicationConfig
from hepchain.config.samples import Role, Sample
from hepchain.config.selection import SelectionConfig
from hepchain.config.simulation import SimulationConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.statistics import StatisticsConfig
from hepchain.config.studies import StudiesConfig
from hepchain.config.training import TrainingConfig
from hepchain.config.validation import ValidationConfig
from hepchain.config.variables import Variables
from hepchain.variations import varied_name


class RunConfig(Block):
    """Everything a run depends on, the files named in the config included."""

    seed: NonNegativeInt = Field(description="seed of all random numbers")
    samples: dict[str, Sample] = Field(min_length=1, description="name -> sample")
    variables: Variables = Field(description="input variables and categories")
    simulation: SimulationConfig
    skimming: SkimmingConfig
    features: FeaturesConfig
    training: TrainingConfig
    combination: CombinationConfig
    selection: SelectionConfig
    blinding: BlindingConfig
    statistics: StatisticsConfig
    event_classifier: EventClassifierConfig
    studies: StudiesConfig
    figures: FiguresConfig
    validation: ValidationConfig
    publication: PublicationConfig
    execution: ExecutionConfig
    mass_plane: MassPlaneConfig | None = Field(
        default=None, description="limits in a plane of masses; not part of the default target"
    )

    def of_role(self, *roles: Role) -> list[str]:
        """Names of the samples in these roles, in the order of the file."""
        return of_role(self.samples, *roles)

    @cached_property
    def plane_samples(self) -> dict[str, Sample]:
        """Name -> sample of each point of the mass plane; the listed samples have none of them."""
        plane = self.mass_plane
        return {} if plane is None else plane.samples(self.samples[plane.template])

    @property
    def all_samples(self) -> dict[str, Sample]:
        """Listed samples, points of the mass plane, and the varied ones as their base.

        The name of a varied one is ``{sample}@{variation}``.
        """
        varied = {
            varied_name(name, variation): self.samples[name]
            for name, variations in self.simulation.varied.items()
            for variation in variations
        }
        return {**self.samples, **self.plane_samples, **varied}

    def parts_of(self, sample: str) -> int:
        """Number of jobs that simulate a sample."""
        if self.mass_plane is not None and sample in self.plane_samples:
            return self.mass_plane.parts
        return self.simulation.parts[sample]

    def events_per_part_of(self, sample: str) -> int:
        """Number of events of each job that simulates a sample."""
        if self.mass_plane is not None and sample in self.plane_samples:
            return self.mass_plane.events_per_part
        return self.simulation.events_per_part[sample]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = problems({name: getattr(self, name) for name in type(self).model_fields})
        if found:
            raise ValueError("\n".join(found))
        return self
