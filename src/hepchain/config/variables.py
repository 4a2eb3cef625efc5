"""The named variables of a track, their groups, and the categories that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import Field, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.config.names import nearest


class Transformation(StrEnum):
    """What is applied to a variable before it is standardised."""

    IDENTITY = "identity"
    LOG = "log"
    LOG1P = "log1p"
    ASINH = "asinh"


class Variable(Block):
    """One input variable."""

    group: str = Field(description="group of variables that is present or absent as a whole")
    transformation: Transformation = Field(description="applied before standardisation")
    scale: PositiveFloat = Field(default=1.0, description="scale of asinh, in the variable's unit")
    unit: str = Field(description="unit, 1 if it has none")
    xaod: str = Field(description="name in, or recipe from, the ATLAS xAOD")
    description: str = Field(description="what it is")
    control: bool = Field(
        default=False,
        description="negative control: says nothing of the particle that no other variable says",
    )


class Category(Block):
    """Tracks that have exactly these groups of variables."""

    groups: list[str] = Field(min_length=1, description="groups present")
    title: str = Field(description="name in figures")


class Variables(Block):
    """Groups, categories and variables, in the order of the input vector."""

    groups: list[str] = Field(min_length=1, description="names of the groups")
    categories: dict[str, Category] = Field(min_length=1, description="name -> category")
    variables: dict[str, Variable] = Field(min_length=1, description="name -> variable")

    @model_validator(mode="after")
    def _groups_exist(self) -> Self:
        problems = [
            f"variable {name}: unknown group '{variable.group}'"
            f"{nearest(variable.group, self.groups)}"
            for name, variable in self.variables.items()
            if variable.group not in self.groups
        ]
        problems += [
            f"category {name}: unknown group '{group}'{nearest(group, self.groups)}"
            for name, category in self.categories.items()
            for group in category.groups
            if group not in self.groups
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def controls(self) -> list[str]:
        """Negative controls, in order."""
        return [name for name, variable in self.variables.items() if variable.control]

    def of_group(self, group: str) -> list[str]:
        """Variables of one group, in order."""
        return [name for name, variable in self.variables.items() if variable.group == group]

    def of_category(self, category: str) -> list[str]:
        """Input vector of one category: the variables of its groups, in order."""
        return self.of_categories([category])

    def of_categories(self, categories: Iterable[str]) -> list[str]:
        """Variables that any of the categories has, in order."""
        groups = {group for name in categories for group in self.categories[name].groups}
        return [name for name, variable in self.variables.items() if variable.group in groups]
