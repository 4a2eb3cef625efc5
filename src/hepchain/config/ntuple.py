"""Branch maps: how the branches of an input format become those of the ntuple contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, NonNegativeInt, model_validator

from hepchain.config.base import Block
from hepchain.config.names import nearest


class Derivation(StrEnum):
    """Quantities a map can ask for that are computed from others."""

    SQUARE_ROOT = "square_root"
    SUM = "sum"
    RATIO = "ratio"
    SIGN = "sign"
    PT_FROM_Q_OVER_P = "pt_from_q_over_p"
    ETA_FROM_THETA = "eta_from_theta"
    E_OVER_P = "e_over_p"
    WHERE_POSITIVE = "where_positive"
    NEAREST_VERTEX = "nearest_vertex"
    Z0_SIN_THETA_TO_VERTEX = "z0_sin_theta_to_vertex"
    Z0_SIN_THETA_SIGNIFICANCE = "z0_sin_theta_significance"
    LINKED = "linked"
    FOLLOW_LINKS = "follow_links"
    OF_ELECTRON = "of_electron"


INPUTS: dict[Derivation, tuple[str, ...]] = {
    Derivation.SQUARE_ROOT: ("x",),
    Derivation.SUM: ("x", "y"),
    Derivation.RATIO: ("numerator", "denominator"),
    Derivation.SIGN: ("x",),
    Derivation.PT_FROM_Q_OVER_P: ("q_over_p", "theta"),
    Derivation.ETA_FROM_THETA: ("theta",),
    Derivation.E_OVER_P: ("energy", "q_over_p"),
    Derivation.WHERE_POSITIVE: ("values", "flags"),
    Derivation.NEAREST_VERTEX: ("track_z", "vertex_z"),
    Derivation.Z0_SIN_THETA_TO_VERTEX: ("track_z", "theta", "vertex_z", "vertex_index"),
    Derivation.Z0_SIN_THETA_SIGNIFICANCE: ("z0_sin_theta", "theta", "z0_error"),
    Derivation.LINKED: ("key", "index", "values"),
    Derivation.FOLLOW_LINKS: ("key", "index", "next_key", "next_index"),
    Derivation.OF_ELECTRON: ("electron_values", "electron_track_index", "track_values"),
}
"""Inputs of each derivation, in the order of ``from``."""


class Source(Block):
    """Where one quantity comes from: a branch, a derivation, or a constant."""

    branch: str | None = Field(default=None, description="branch of the tree")
    member: str | None = Field(
        default=None, description="member of a branch of records, as `m_persIndex` of a link"
    )
    element: NonNegativeInt | None = Field(
        default=None, description="position in the innermost list; absent positions become NaN or 0"
    )
    bit: NonNegativeInt | None = Field(default=None, description="bit of an integer, as 0 or 1")
    derive: Derivation | None = Field(default=None, description="derivation from other quantities")
    inputs: list[str] = Field(
        default_factory=list, alias="from", description="quantities the derivation takes, in order"
    )
    factor: float = Field(
        default=1.0, description="to the contract's unit, for instance 0.001 from MeV to GeV"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.branch is None) == (self.derive is None):
            raise ValueError("give either `branch` or `derive`")
        if self.derive is None:
            if self.inputs:
                raise ValueError("`from` goes with `derive`")
            return self
        if self.member is not None or self.element is not None or self.bit is not None:
            raise ValueError("`member`, `element` and `bit` go with `branch`")
        expected = INPUTS[self.derive]
        if len(self.inputs) != len(expected):
            raise ValueError(
                f"{self.derive} takes {len(expected)} quantities (from: [{', '.join(expected)}]), "
                f"not {len(self.inputs)}"
            )
        return self


def _from_name(value: Any) -> Any:
    """Short form: a bare name is a branch taken as it is."""
    return {"branch": value} if isinstance(value, str) else value


NamedSource = Annotated[Source, BeforeValidator(_from_name)]
"""A source, or the name of a branch taken as it is."""


class NtupleMap(Block):
    """The map of one input format."""

    tree: str = Field(description="name of the TTree, one entry an event")
    metadata: str | None = Field(
        default=None,
        description="name of the TObjString beside the tree whose JSON has `sum_of_weights` and "
        "`cross_section_pb`, if there is one",
    )
    branches: dict[str, NamedSource] = Field(
        min_length=1, description="branch of the contract -> source"
    )
    intermediate: dict[str, NamedSource] = Field(
        default_factory=dict, description="further quantities that derivations take"
    )
    present_where_positive: dict[str, str] = Field(
        default_factory=dict,
        description="group of variables -> quantity; tracks for which it is not above zero do "
        "not have the group (for formats that fill absent groups with zeros)",
    )

    @property
    def sources(self) -> dict[str, Source]:
        """All quantities, contract branches first."""
        return {**self.branches, **self.intermediate}

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        both = sorted(set(self.branches) & set(self.intermediate))
        problems = [f"intermediate.{name}: already one of `branches`" for name in both]
        known = self.sources
        wanted = [(f"{name}.from", used) for name, item in known.items() for used in item.inputs]
        wanted += [
            (f"present_where_positive.{group}", used)
            for group, used in self.present_where_positive.items()
        ]
        problems += [
            f"{where}: unknown quantity '{used}'{nearest(used, known)}"
            for where, used in wanted
            if used not in known
        ]
        problems = problems or _cycles(known)
        if problems:
            raise ValueError("\n".join(problems))
        return self


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
