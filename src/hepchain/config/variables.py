"""The named variables of a track, their groups, and the categories that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.config.names import nearest
from hepchain.config.types import Distinct, Name, Named, Title
from hepchain.modules import TRANSFORMATIONS, is_there, module_named, modules_in


def _transformation(name: str) -> str:
    if not is_there(module_named(name, TRANSFORMATIONS)):
        known = modules_in(f"hepchain.{TRANSFORMATIONS}")
        raise ValueError(f"no transformation '{name}'{nearest(name, known)}")
    return name


class Variable(Block):
    """One input variable."""

    group: Name = Field(description="group of variables that is present or absent as a whole")
    transformation: Annotated[str, AfterValidator(_transformation)] = Field(
        description="applied before standardisation: identity, log, log1p or asinh; one of a chain "
        "is `<chain>.<name>`"
    )
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

    groups: Distinct[Name] = Field(min_length=1, description="groups present")
    title: Title = Field(description="name in figures")


class Variables(Block):
    """Groups, categories and variables."""

    order: list[str] = Field(
        default_factory=list,
        description="names of variables in the order of the input vector; those left out follow "
        "by name",
    )
    groups: Distinct[Name] = Field(min_length=1, description="names of the groups")
    categories: Named[Category] = Field(min_length=1, description="name -> category")
    variables: Named[Variable] = Field(min_length=1, description="name -> variable")

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

    @property
    def modules(self) -> list[str]:
        """Modules of the transformations that it uses, sorted."""
        used = {variable.transformation for variable in self.variables.values()}
        return sorted(module_named(name, TRANSFORMATIONS) for name in used)

    def of_group(self, group: str) -> list[str]:
        """Variables of one group, in order."""
        return [name for name, variable in self.variables.items() if variable.group == group]

    @property
    def by_group(self) -> dict[str, list[str]]:
        """Group -> its variables, in order."""
        return {group: self.of_group(group) for group in self.groups}

    def of_category(self, category: str) -> list[str]:
        """Input vector of one category: the variables of its groups, in order."""
        return self.of_categories([category])

    def inputs(self, categories: Iterable[str]) -> dict[str, tuple[str, float]]:
        """Variables that any of the categories has, in order -> transformation and scale."""
        chosen = ((name, self.variables[name]) for name in self.of_categories(categories))
        return {name: (variable.transformation, variable.scale) for name, variable in chosen}

    def of_categories(self, categories: Iterable[str]) -> list[str]:
        """Variables that any of the categories has, in order."""
        groups = {group for name in categories for group in self.categories[name].groups}
        return [name for name, variable in self.variables.items() if variable.group in groups]
