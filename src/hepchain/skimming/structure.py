"""Whether a tree has the branches that a branch map asks of it, with their types and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import awkward as ak
import numpy as np

from hepchain.config.expressions import is_computation
from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.source import Source
from hepchain.errors import InputError
from hepchain.skimming.contract import SELECTED, Entry, is_needed, of_simulation
from hepchain.skimming.links import unshifted_link
from hepchain.skimming.trees import Table, member_type, nearest_branch


@dataclass(frozen=True)
class NtupleReport:
    """What a file holds of the ntuple contract.

    ``absent``, ``substituted`` (by the number that the map says) and ``wrong_type`` map branches of
    the contract to the reason. No sample can be read
    without the ``needed`` ones; signal, background and data need ``needed_by_selection`` in
    addition.
    """

    path: str
    tree: str
    entries: int
    present: tuple[str, ...]
    absent: Mapping[str, str]
    wrong_type: Mapping[str, str]
    needed: frozenset[str]
    needed_by_selection: frozenset[str]
    substituted: Mapping[str, str] = field(default_factory=dict)

    def missing(self, role: Role = Role.SIGNAL) -> dict[str, str]:
        """Absent branches without which a sample of this role cannot be read."""
        needed = self.needed
        if role in SELECTED:
            needed = needed | self.needed_by_selection
        return {name: reason for name, reason in self.absent.items() if name in needed}

    def of_role(self, role: Role, wanted: Mapping[str, Entry]) -> NtupleReport:
        """The report as it concerns this role: in data nothing is read that only simulation has."""
        if role is not Role.DATA:
            return self
        kept = {name for name, entry in wanted.items() if not of_simulation(name, entry)}
        return replace(
            self,
            present=tuple(name for name in self.present if name in kept),
            absent={name: why for name, why in self.absent.items() if name in kept},
            substituted={
                name: why
                for name, why in self.substituted.items()
                if name in kept or name not in wanted
            },
            wrong_type={
                name: why
                for name, why in self.wrong_type.items()
                if name in kept or name not in wanted
            },
        )

    def require(self, role: Role) -> None:
        """Refuse the file if it cannot serve as a sample of this role.

        Raises
        ------
        InputError : names every branch that is missing or has a wrong type
        """
        missing = self.missing(role)
        if missing or self.wrong_type:
            problems = [*_lines("missing", missing), *_lines("wrong type", self.wrong_type)]
            raise InputError(
                f"{self.path}, tree '{self.tree}': cannot be read as a {role} sample\n"
                + "\n".join(problems)
                + "\n  write these branches, or correct the branch map (docs/ntuples.md)"
            )

    def usable(self, role: Role) -> bool:
        """Whether nothing is missing, or of a wrong type, for a sample of this role."""
        return not self.wrong_type and not self.missing(role)

    def verdict(self, role: Role) -> str:
        """What a file whose values are in order can serve as."""
        if role is Role.DATA:
            return "usable as data" if self.usable(role) else "cannot be read as data"
        if not self.usable(Role.TRAINING):
            return "cannot be read"
        return "usable for every role" if self.usable(Role.SIGNAL) else "usable for training only"

    def lines(self) -> list[str]:
        """What is there and what is not, one line each."""
        training, selection = self.missing(Role.TRAINING), self.missing(Role.SIGNAL)
        others = {name: reason for name, reason in self.absent.items() if name not in selection}
        return [
            f"  tree '{self.tree}': {len(self.present)} branches "
            f"of the contract present, {len(self.absent)} absent",
            *_lines("wrong type", self.wrong_type),
            *_lines("missing, needed always", training),
            *_lines(
                "missing, needed for signal, background and data",
                {name: why for name, why in selection.items() if name not in training},
            ),
            *_lines("substituted", self.substituted),
            *_lines("absent", others),
        ]


def _lines(title: str, problems: Mapping[str, str]) -> list[str]:
    return [f"  {title}: {name} ({reason})" for name, reason in problems.items()]


def check_tree(
    path: str, tree: Table, ntuple_map: NtupleMap, wanted: Mapping[str, Entry]
) -> NtupleReport:
    """Compare an open tree with a branch map and the branches ``wanted`` of the contract."""
    problems, substituted = _problems_and_substitutes(tree, ntuple_map)
    wrong = {
        name: problem.reason
        for name, problem in problems.items()
        if problem.wrong_type and (name in wanted or name in ntuple_map.intermediate)
    }
    absent = {
        name: problems[name].reason if name in problems else "not in the branch map"
        for name in wanted
        if (name in problems or name not in ntuple_map.branches) and name not in wrong
    }
    for name in absent:
        branch = problems[name].branch if name in problems else None
        if branch is not None:
            of_tree = is_needed(wanted[name], Role.SIGNAL) and nearest_branch(branch, tree)
            absent[name] += of_tree or _nearest_quantity(branch, ntuple_map)
    for name, entry in wanted.items():
        lacking = name in problems or name in substituted
        reason = None if lacking else _wrong_shape(tree, ntuple_map.branches.get(name), entry)
        reason = reason or unshifted_link(ntuple_map, wanted, name)
        if reason is not None:
            wrong[name] = reason
    return NtupleReport(
        path=path,
        tree=ntuple_map.tree,
        entries=tree.entries,
        present=tuple(name for name in wanted if name not in absent and name not in wrong),
        absent=absent,
        wrong_type=wrong,
        needed=frozenset(n for n, entry in wanted.items() if is_needed(entry, Role.TRAINING)),
        needed_by_selection=frozenset(
            n for n, entry in wanted.items() if is_needed(entry, Role.SIGNAL)
        ),
        substituted={
            name: why
            for name, why in substituted.items()
            if name in wanted or name in ntuple_map.intermediate
        },
    )


@dataclass(frozen=True)
class SourceProblem:
    """Why a quantity of a map cannot be had from a file."""

    reason: str
    wrong_type: bool = False
    branch: str | None = None
    """The branch that the file lacks, where that is why."""
    inherited: bool = False
    """Whether it is of another quantity, from which this one is derived."""


def source_problems(tree: Table, ntuple_map: NtupleMap) -> dict[str, SourceProblem]:
    """The quantities of a map that this tree cannot provide, derived ones included."""
    return _problems_and_substitutes(tree, ntuple_map)[0]


def _problems_and_substitutes(
    tree: Table, ntuple_map: NtupleMap
) -> tuple[dict[str, SourceProblem], dict[str, str]]:
    """Also those for which a number of the map stands in, with the reason."""
    found: dict[str, SourceProblem | None] = {}
    substituted: dict[str, str] = {}

    def look_at(name: str) -> SourceProblem | None:
        if name in found:
            return found[name]
        source = ntuple_map.sources[name]
        problem = _branch_problem(tree, source)
        for used in source.inputs:
            lacking = look_at(used)
            if lacking is not None and problem is None:
                problem = _inherited(used, lacking, ntuple_map)
        if problem is not None and problem.branch is not None and source.otherwise is not None:
            substituted[name] = f"{source.otherwise:g} stands in: {problem.reason}"
            problem = None
        found[name] = problem
        return problem

    for name in ntuple_map.sources:
        look_at(name)
    return {name: problem for name, problem in found.items() if problem is not None}, substituted


def _inherited(used: str, problem: SourceProblem, ntuple_map: NtupleMap) -> SourceProblem:
    """Why what is derived from a quantity cannot be had: told with the key of the first."""
    if problem.inherited:
        return problem
    if used not in {**ntuple_map.branches, **ntuple_map.intermediate}:  # a branch itself
        return replace(problem, wrong_type=False, inherited=True)
    block = "branches" if used in ntuple_map.branches else "intermediate"
    return SourceProblem(f"{block}.{used}: {problem.reason}", False, problem.branch, True)


def _branch_problem(tree: Table, source: Source) -> SourceProblem | None:
    if source.branch is None:
        return None
    if source.branch not in tree:
        form = f"; an expression? `{{expression: {source.branch}}}`"
        hint = form if is_computation(source.branch) else ""
        return SourceProblem(f"no branch '{source.branch}'{hint}", branch=source.branch)
    branch, found = f"branch '{source.branch}'", tree.type_of(source.branch)
    if source.member is not None and found is not None:
        of_member = member_type(found, source.member)
        if of_member is None:
            return SourceProblem(f"{branch} has no member '{source.member}'{_members(found)}", True)
        branch, found = f"{branch}, member '{source.member}'", of_member
    leaf = _leaf_type(found)
    if not isinstance(leaf, ak.types.NumpyType):
        what = f"{branch} is of type {tree.typename(source.branch)}, not numeric"
        return SourceProblem(what + _members(leaf) + _parts(source.branch, tree), True)
    if source.bit is not None:
        if leaf.primitive.startswith("float"):
            return SourceProblem(f"{branch} is no integer and has no bits", True)
        bits = 8 * np.dtype(leaf.primitive).itemsize
        if source.bit >= bits:
            return SourceProblem(f"{branch} has {bits} bits, no {source.bit}", True)
    return None


def _nearest_quantity(name: str, ntuple_map: NtupleMap) -> str:
    """End of a message that names the quantity that may be meant in an expression."""
    known = [*ntuple_map.branches, *ntuple_map.intermediate]
    matches = get_close_matches(name, known, n=1) if f"'{name}'" in ntuple_map.sources else []
    return f"; did you mean '{matches[0]}'?" if matches else ""


def _leaf_type(found: Any) -> Any:
    """Type of the numbers in lists; that of a text is a list."""
    while isinstance(found, ak.types.ListType | ak.types.RegularType):
        if found.parameters.get("__array__") in ("string", "bytestring"):
            return found
        found = found.content
    return found


def _members(found: Any) -> str:
    """End of a message that names the members of records."""
    leaf = _leaf_type(found)
    if not isinstance(leaf, ak.types.RecordType):
        return ""
    return f"; its members are {', '.join(map(str, leaf.fields))} (`member` takes one of them)"


def _parts(branch: str, tree: Table) -> str:
    """End of a message that names the branches that one is made of."""
    parts = [name for name in tree.names if name.startswith(f"{branch}/")]
    return f"; it is made of {', '.join(parts[:5])}{', ...' if len(parts) > 5 else ''}" * any(parts)


def _wrong_shape(tree: Table, source: Source | None, entry: Entry) -> str | None:
    """What is wrong with the shape of a branch that is taken as it is; None if nothing."""
    if source is None or source.branch is None:
        return None
    found, expected = _depth(tree, source), 2 if entry.collection else 1
    hint = " (`element: 0` takes the first of a list)" if found == expected + 1 else ""
    told = f"branch '{source.branch}' has {_shape(found)}, not {_shape(expected)}{hint}"
    return None if found == expected else told


def _depth(tree: Table, source: Source) -> int:
    """1 for one number an event, 2 for a list of numbers, 3 for a list of lists."""
    found = tree.type_of(str(source.branch))
    if source.member is not None:
        found = member_type(found, source.member)
    depth = 1
    while isinstance(found, ak.types.ListType | ak.types.RegularType):
        depth, found = depth + 1, found.content
    return depth - (source.element is not None)


def _shape(depth: int) -> str:
    if depth == 0:
        return "nothing to take an element of"
    return {1: "one number an event", 2: "a list an event"}.get(depth, "lists of lists")
