"""Branch maps: how the branches of an input format become those of the ntuple contract."""

from __future__ import annotations

from collections.abc import Container
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from hepchain.config.base import Block
from hepchain.config.names import nearest
from hepchain.config.source import NamedSource, Source, module_of_derivation
from hepchain.config.types import Name


def _same_names(value: Any) -> Any:
    """Short form: branches that have the same name in both trees."""
    return {name: name for name in value} if isinstance(value, list) else value


class Rows(Block):
    """How the rows of a flat table, one an object, make events."""

    keys: list[str] = Field(
        min_length=1,
        description="branches of whole numbers that tell events apart; the rows of an event follow "
        "each other",
    )
    of_event: list[str] = Field(
        default_factory=list,
        description="further branches that have one value an event, the same in all of its rows",
    )


class Friend(Block):
    """A further tree of the file, whose branches are read as if they were of the first."""

    tree: str = Field(description="name of the tree")
    keys: Annotated[dict[str, str], BeforeValidator(_same_names)] = Field(
        default_factory=dict,
        description="branches of whole numbers that tell entries apart: name in the first tree -> "
        "name in this one, or a list of names in both; without them, entry goes with entry",
    )
    rows: bool = Field(
        default=False,
        description="whether it has one row an object: those with the same keys follow each other "
        "and become the lists of an event, empty for an event without any",
    )

    @model_validator(mode="after")
    def _rows_have_keys(self) -> Self:
        if self.rows and not self.keys:
            raise ValueError("`rows` needs `keys`, which say whose rows they are")
        return self


def _from_tree(value: Any) -> Any:
    """Short form: a bare name is a tree with the same entries."""
    return {"tree": value} if isinstance(value, str) else value


class SumOfWeights(Block):
    """Where a file has the sum of the weights of all generated events."""

    tree: str | None = Field(
        default=None, description="tree whose entries count, where no `branch` is given"
    )
    branch: str | None = Field(
        default=None, description="branch of that tree, summed over its entries"
    )
    where: dict[str, str] = Field(
        default_factory=dict,
        description="further branches of text -> text: of lists, the one element that has it, of "
        "entries, those that have it",
    )
    histogram: str | None = Field(
        default=None, description="histogram whose entries count, where no `bin` is given"
    )
    bin: int | str | None = Field(
        default=None,
        description="bin of that histogram whose content it is: number (1 is the first) or label",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if [self.tree, self.histogram].count(None) != 1:
            raise ValueError("give one of `tree` and `histogram`")
        for key, of in (("branch", "tree"), ("bin", "histogram")):
            if getattr(self, key) is not None and getattr(self, of) is None:
                raise ValueError(f"`{key}` goes with `{of}`")
        if self.where and self.branch is None:
            raise ValueError("`where` goes with `branch`")
        return self


class NtupleMap(Block):
    """The map of one input format."""

    tree: str = Field(description="name of the TTree or RNTuple, one entry an event")
    rows: Rows | None = Field(
        default=None, description="for a tree with one row an object: how rows make events"
    )
    friends: dict[Name, Annotated[Friend, BeforeValidator(_from_tree)]] = Field(
        default_factory=dict,
        description="further trees of the file; `NAME.branch` is a branch of one where `branch` "
        "alone would be another tree's",
    )
    metadata: str | None = Field(
        default=None,
        description="name of the TObjString beside the tree whose JSON has `sum_of_weights` and "
        "`cross_section_pb`, if there is one",
    )
    sum_of_weights: SumOfWeights | None = Field(
        default=None, description="where the sum of weights is, if not in `metadata`"
    )
    branches: dict[Name, NamedSource] = Field(
        min_length=1, description="branch of the contract -> source"
    )
    intermediate: dict[Name, NamedSource] = Field(
        default_factory=dict, description="further quantities that derivations take"
    )
    present_where_positive: dict[Name, Name] = Field(
        default_factory=dict,
        description="group of variables -> quantity; tracks for which it is not above zero do "
        "not have the group (for formats that fill absent groups with zeros)",
    )

    @property
    def modules(self) -> list[str]:
        """Modules of the derivations that it uses, sorted."""
        return sorted({module_of_derivation(s.derive) for s in self.sources.values() if s.derive})

    @cached_property
    def sources(self) -> dict[str, Source]:
        """All quantities, contract branches first; ``inputs`` are what any of them is made of.

        A name in an expression is that of another quantity, else that of a branch. Such a branch
        is a quantity, too; it is called as the branch, in quotation marks, which no other is.
        """
        named = {**self.branches, **self.intermediate}
        result: dict[str, Source] = {}
        direct: dict[str, Source] = {}
        for name, source in named.items():
            if source.expression is not None:
                others = named.keys() - {name}
                inputs = {_input(used, others): used for used in source.names}
                direct |= {key: Source(branch=used) for key, used in inputs.items() if key != used}
                source = source.model_copy(update={"inputs": list(inputs)})
            result[name] = source
        return result | direct

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        both = sorted(set(self.branches) & set(self.intermediate))
        problems = [f"intermediate.{name}: already one of `branches`" for name in both]
        named, known = {**self.branches, **self.intermediate}, self.sources
        wanted = [(f"{name}.from", used) for name, item in known.items() for used in item.inputs]
        wanted += [
            (f"present_where_positive.{group}", used)
            for group, used in self.present_where_positive.items()
        ]
        problems += [
            f"{where}: unknown quantity '{used}'{nearest(used, named)}"
            for where, used in wanted
            if used not in known
        ]
        problems = problems or _cycles(known)
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @model_validator(mode="after")
    def _rows_are_told_apart(self) -> Self:
        without = [name for name, friend in self.friends.items() if not friend.keys]
        if self.rows is not None and without:
            raise ValueError(
                f"friends.{without[0]}: needs `keys`, the rows of the first tree have other entries"
            )
        return self


def _input(name: str, quantities: Container[str]) -> str:
    return name if name in quantities else f"'{name}'"


def _cycles(sources: dict[str, Source]) -> list[str]:
    done: set[str] = set()
    problems: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            problems.append(f"{name}: derived from itself ({' <- '.join((*path, name))})")
        elif name not in done:
            for used in sources[name].inputs:
                visit(used, (*path, name))
            done.add(name)

    for name in sources:
        visit(name, ())
    return problems
