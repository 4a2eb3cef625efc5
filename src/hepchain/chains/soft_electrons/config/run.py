"""The whole configuration of the chain."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from pydantic import Field

from hepchain.chains.soft_electrons.config.blinding import BlindingConfig
from hepchain.chains.soft_electrons.config.consistency import CHECKS
from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.config.mass_plane import MassPlaneConfig
from hepchain.chains.soft_electrons.config.publication import PublicationConfig
from hepchain.chains.soft_electrons.config.samples import HiggsinoSample
from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.config.chain import ChainConfig, Check
from hepchain.config.combination import CombinationConfig
from hepchain.config.features import FeaturesConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.samples import Sample
from hepchain.config.simulation import SimulationConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.studies import StudiesConfig
from hepchain.config.training import TrainingConfig
from hepchain.config.types import Named
from hepchain.config.validation import ValidationConfig
from hepchain.config.variables import Variables


class SoftElectronsConfig(ChainConfig):
    """The chain: taggers of soft electrons, and higgsinos found with them."""

    FILES: ClassVar[tuple[str, ...]] = (
        "samples",
        "variables",
        "mass_plane.cross_sections",
        "mass_plane.published",
    )
    CHECKS: ClassVar[tuple[Check, ...]] = CHECKS

    samples: Named[HiggsinoSample] = Field(min_length=1, description="name -> sample")
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
    mass_plane: MassPlaneConfig | None = Field(
        default=None, description="limits in a plane of masses; not part of the default target"
    )

    @cached_property
    def plane_samples(self) -> dict[str, HiggsinoSample]:
        """Name -> sample of each point of the mass plane; the listed samples have none of them."""
        plane = self.mass_plane
        return {} if plane is None else plane.samples(self.samples[plane.template])

    @property
    def all_samples(self) -> dict[str, Sample]:
        """Listed samples, points of the mass plane, and the varied ones as their base."""
        return {**self.samples, **self.plane_samples, **super().all_samples}

    def parts_of(self, sample: str) -> int:
        """Number of jobs that simulate a sample."""
        if self.mass_plane is not None and sample in self.plane_samples:
            return self.mass_plane.parts
        return super().parts_of(sample)

    def events_per_part_of(self, sample: str) -> int:
        """Number of events of each job that simulates a sample."""
        if self.mass_plane is not None and sample in self.plane_samples:
            return self.mass_plane.events_per_part
        return super().events_per_part_of(sample)
