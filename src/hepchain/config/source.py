"""Where a branch map has one quantity from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, NonNegativeInt, model_validator

from hepchain.config.base import Block
from hepchain.config.expressions import names_in
from hepchain.config.names import nearest
from hepchain.config.types import Name
from hepchain.modules import functions_in


def module_of_derivation(derivation: str) -> str:
    """Full name of the module of a derivation, everyone's or ``{chain}.{function}``."""
    chain = derivation.rpartition(".")[0]
    return f"hepchain.chains.{chain}.derivations" if chain else "hepchain.skimming.derivations"


def inputs_of(derivation: str) -> list[str]:
    """Inputs of a derivation, the parameters of its function.

    Raises
    ------
    ValueError : there is none
    """
    functions = functions_in(module_of_derivation(derivation))
    name = derivation.rpartition(".")[2]
    if name not in functions:
        raise ValueError(f"no derivation '{derivation}'{nearest(name, functions)}")
    return functions[name]


def _derivation(name: str) -> str:
    inputs_of(name)
    return name


def _expression(text: str) -> str:
    names_in(text)
    return text


class Source(Block):
    """Where one quantity comes from: a branch, a derivation, an expression, or a constant."""

    branch: str | None = Field(default=None, description="branch of the tree")
    member: str | None = Field(
        default=None,
        description="member of a branch of records or of a class, as `m_persIndex` of a link or "
        "`fP.fX` of a TLorentzVector",
    )
    element: NonNegativeInt | None = Field(
        default=None, description="position in the innermost list; absent positions become NaN or 0"
    )
    bit: NonNegativeInt | None = Field(default=None, description="bit of an integer, as 0 or 1")
    derive: Annotated[str, AfterValidator(_derivation)] | None = Field(
        default=None, description="derivation from other quantities"
    )
    expression: Annotated[str, AfterValidator(_expression)] | None = Field(
        default=None,
        description="formula of other quantities, or branches, as `sqrt(px ** 2 + py ** 2)`",
    )
    value: float | None = Field(
        default=None,
        description="the same number for every event, or every object, for what no file has",
    )
    entry: Literal[True] | None = Field(
        default=None,
        description="position of the event in its file, for an event number that a file does not "
        "have: of one file alone, for two have the same",
    )
    otherwise: float | None = Field(
        default=None,
        description="number, in the contract's unit, that stands in where a file has no such "
        "branch; told by the check and among the assumptions of a run",
    )
    inputs: list[Name] = Field(
        default_factory=list, alias="from", description="quantities the derivation takes, in order"
    )
    factor: float = Field(
        default=1.0, description="to the contract's unit, for instance 0.001 from MeV to GeV"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [self.branch, self.derive, self.expression, self.value, self.entry]
        if kinds.count(None) != len(kinds) - 1:
            raise ValueError("give one of `branch`, `derive`, `expression`, `value` and `entry`")
        if self.derive is None and self.inputs:
            raise ValueError("`from` goes with `derive`")
        of_branch = (self.member, self.element, self.bit)
        if self.branch is None and of_branch != (None, None, None):
            raise ValueError("`member`, `element` and `bit` go with `branch`")
        if self.otherwise is not None and (self.value is not None or self.entry):
            raise ValueError("`otherwise` goes with what a file may lack")
        if self.derive is None:
            return self
        expected = inputs_of(self.derive)
        if len(self.inputs) != len(expected):
            raise ValueError(
                f"{self.derive} takes {len(expected)} quantities (from: [{', '.join(expected)}]), "
                f"not {len(self.inputs)}"
            )
        return self

    @property
    def names(self) -> list[str]:
        """What its expression takes, in the order of ``inputs`` of :attr:`NtupleMap.sources`."""
        return [] if self.expression is None else names_in(self.expression)


def _from_name(value: Any) -> Any:
    """Short form: a bare name is a branch taken as it is."""
    if isinstance(value, bool):
        raise ValueError(
            f"YAML reads this name as {str(value).lower()} (as it does yes, no, on, off, true, "
            "false): put the name of the branch in quotes"
        )
    return {"branch": value} if isinstance(value, str) else value


NamedSource = Annotated[Source, BeforeValidator(_from_name)]
"""A source, or the name of a branch taken as it is."""
