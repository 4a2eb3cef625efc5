"""The whole configuration of a run, and the checks that span several blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import Field, NonNegativeInt, model_validator

from hepchain.config.base import Block
from hepchain.config.combination import CombinationConfig
from hepchain.config.features import FeaturesConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.names import nearest
from hepchain.config.samples import Role, Sample
from hepchain.config.selection import SelectionConfig
from hepchain.config.simulation import SimulationConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.statistics import StatisticsConfig
from hepchain.config.training import TrainingConfig
from hepchain.config.variables import Variables


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
    statistics: StatisticsConfig
    figures: FiguresConfig

    def of_role(self, *roles: Role) -> list[str]:
        """Names of the samples in these roles, in the order of the file."""
        return [name for name, sample in self.samples.items() if sample.role in roles]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        problems = [
            *self._sample_problems(),
            *_unknown("training.categories", self.training.categories, self.variables.categories),
            *_unknown("selection.tagger", [self.selection.tagger], self.training.taggers),
            *_unknown(
                "combination.working_points.sample",
                [self.combination.working_points.sample],
                self.of_role(Role.SIGNAL),
            ),
            *_unknown(
                "figures.titles", self.figures.titles, [*self.samples, *self.training.taggers]
            ),
        ]
        constituent_pt = self.selection.candidate.isolation.constituent_pt
        if constituent_pt not in self.skimming.isolation.constituent_pt:
            problems.append(
                f"selection.candidate.isolation.constituent_pt: {constituent_pt} is not one of "
                f"skimming.isolation.constituent_pt {self.skimming.isolation.constituent_pt}"
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _sample_problems(self) -> list[str]:
        simulated = [name for name, sample in self.samples.items() if sample.simulated]
        libraries = self.of_role(Role.PILEUP)
        problems: list[str] = []
        for key in ("parts", "events_per_part"):
            sizes = getattr(self.simulation, key)
            problems += _unknown(f"simulation.{key}", sizes, simulated)
            problems += [
                f"simulation.{key}: no entry for sample '{name}'"
                for name in simulated
                if name not in sizes
            ]
        for name, sample in self.samples.items():
            if sample.pileup is not None:
                problems += _unknown(f"samples.{name}.pileup", [sample.pileup], libraries)
        problems += [
            f"samples: none of role '{role}'"
            for role in (Role.TRAINING, Role.SIGNAL, Role.BACKGROUND)
            if not self.of_role(role)
        ]
        return problems


def _unknown(where: str, names: Iterable[str], known: Iterable[str]) -> list[str]:
    known = list(known)
    return [
        f"{where}: unknown name '{name}'{nearest(name, known)}"
        for name in names
        if name not in known
    ]
