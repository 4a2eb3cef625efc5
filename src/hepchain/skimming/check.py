"""Whether a ROOT file has what a branch map asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import awkward as ak

from hepchain.config.ntuple import NtupleMap, Source
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.skimming.contract import SELECTED, Entry, entries, is_needed, of_simulation
from hepchain.skimming.files import open_tree
from hepchain.skimming.quality import ASSUMED, NEEDED
from hepchain.variations import WEIGHT_FACTOR


@dataclass(frozen=True)
class NtupleReport:
    """What a file holds of the ntuple contract.

    Attributes
    ----------
    path, tree : the file and its tree
    entries : number of events
    present : branches of the contract that the file provides
    absent : branches it does not provide, with the reason
    wrong_type : branches whose source has another type than the contract's, with the reason
    needed : branches no sample can be read without
    needed_by_selection : branches that samples of signal, background and data need in addition
    """

    path: str
    tree: str
    entries: int
    present: tuple[str, ...]
    absent: Mapping[str, str]
    wrong_type: Mapping[str, str]
    needed: frozenset[str]
    needed_by_selection: frozenset[str]

    def missing(self, role: Role = Role.SIGNAL) -> dict[str, str]:
        """Absent branches without which a sample of this role cannot be read."""
        needed = self.needed
        if role in SELECTED:
            needed = needed | self.needed_by_selection
        return {name: reason for name, reason in self.absent.items() if name in needed}

    def of_role(self, role: Role) -> NtupleReport:
        """The report as it concerns this role: in data nothing is read that only simulation has."""
        if role is not Role.DATA:
            return self
        absent = {name: why for name, why in self.absent.items() if not of_simulation(name)}
        wrong = {name: why for name, why in self.wrong_type.items() if not of_simulation(name)}
        present = tuple(name for name in self.present if not of_simulation(name))
        return replace(self, present=present, absent=absent, wrong_type=wrong)

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

    def __str__(self) -> str:
        training, selection = self.missing(Role.TRAINING), self.missing(Role.SIGNAL)
        verdict = "cannot be read"
        if not self.wrong_type and not training:
            verdict = "usable for training only" if selection else "usable for every role"
        others = {name: reason for name, reason in self.absent.items() if name not in selection}
        return "\n".join(
            [
                f"{self.path}: {verdict}",
                f"  tree '{self.tree}' with {self.entries} entries, {len(self.present)} branches "
                f"of the contract present, {len(self.absent)} absent",
                *_lines("wrong type", self.wrong_type),
                *_lines("missing, needed always", training),
                *_lines(
                    "missing, needed for signal, background and data",
                    {name: why for name, why in selection.items() if name not in training},
                ),
                *_lines("absent", others),
            ]
        )


def _lines(title: str, problems: Mapping[str, str]) -> list[str]:
    return [f"  {title}: {name} ({reason})" for name, reason in problems.items()]


def check_ntuple(
    path: str | Path, ntuple_map: NtupleMap | str | Path, variables: Iterable[str] = ()
) -> NtupleReport:
    """Compare a ROOT file with a branch map and the ntuple contract.

    Parameters
    ----------
    path : ROOT file
    ntuple_map : branch map, or the path of one
    variables : input variables of a track that the configuration lists; those that neither the
        map names nor the file has are reported as absent

    Raises
    ------
    InputError : the file is missing, empty, damaged, or has no such tree, or the tree no entries
    ConfigError : the map is not valid
    """
    if not isinstance(ntuple_map, NtupleMap):
        ntuple_map = load_block(ntuple_map, NtupleMap)
    mapped = [name.removeprefix("track_") for name in ntuple_map.branches if _is_track(name)]
    with open_tree(path, ntuple_map) as tree:
        return check_tree(str(path), tree, ntuple_map, contract([*variables, *mapped], ntuple_map))


def contract(variables: Iterable[str], ntuple_map: NtupleMap) -> dict[str, Entry]:
    """Branches of the contract, with those that the track quality takes and the varied weights."""
    weights = [name for name in ntuple_map.branches if name.startswith(WEIGHT_FACTOR)]
    return entries([*variables, *ASSUMED], NEEDED, weights)


def _is_track(name: str) -> bool:
    return name.startswith("track_") and name not in entries(())


def check_tree(
    path: str, tree: Any, ntuple_map: NtupleMap, wanted: Mapping[str, Entry]
) -> NtupleReport:
    """As :func:`check_ntuple`, for an open tree and the branches ``wanted``."""
    problems = source_problems(tree, ntuple_map)
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
    for name, entry in wanted.items():
        source = ntuple_map.branches.get(name)
        if source is not None and source.branch is not None and name not in problems:
            found, expected = _depth(tree[source.branch], source), 2 if entry.collection else 1
            if found != expected:
                wrong[name] = f"branch '{source.branch}' {_shape(found)}, not {_shape(expected)}"
    return NtupleReport(
        path=path,
        tree=ntuple_map.tree,
        entries=int(tree.num_entries),
        present=tuple(name for name in wanted if name not in absent and name not in wrong),
        absent=absent,
        wrong_type=wrong,
        needed=frozenset(n for n, entry in wanted.items() if is_needed(entry, Role.TRAINING)),
        needed_by_selection=frozenset(
            n for n, entry in wanted.items() if is_needed(entry, Role.SIGNAL)
        ),
    )


@dataclass(frozen=True)
class SourceProblem:
    """Why a quantity of a map cannot be had from a file."""

    reason: str
    wrong_type: bool = False


def source_problems(tree: Any, ntuple_map: NtupleMap) -> dict[str, SourceProblem]:
    """The quantities of a map that this tree cannot provide, derived ones included."""
    problems: dict[str, SourceProblem] = {}
    for name, source in ntuple_map.sources.items():
        problem = _branch_problem(tree, source) if source.branch is not None else None
        if problem is not None:
            problems[name] = problem
    found = True
    while found:
        found = False
        for name, source in ntuple_map.sources.items():
            lacking = [used for used in source.inputs if used in problems]
            if lacking and name not in problems:
                root = problems[lacking[0]]
                problems[name] = SourceProblem(root.reason, False)
                found = True
    return problems


def _branch_problem(tree: Any, source: Source) -> SourceProblem | None:
    if source.branch not in tree:
        return SourceProblem(f"no branch '{source.branch}'")
    branch = tree[source.branch]
    leaf = _leaf_type(branch, source.member)
    if not isinstance(leaf, ak.types.NumpyType):
        member = f", member '{source.member}'" if source.member else ""
        return SourceProblem(
            f"branch '{source.branch}'{member} is of type {branch.typename}, not numeric", True
        )
    if source.bit is not None and leaf.primitive.startswith("float"):
        return SourceProblem(f"branch '{source.branch}' is no integer and has no bits", True)
    return None


def _type(branch: Any) -> Any:
    """Awkward type of one entry of a branch; None if uproot cannot read it."""
    try:
        return branch.interpretation.awkward_form(branch.file).type
    except Exception:  # uproot has no common base for what it cannot interpret
        return None


def _leaf_type(branch: Any, member: str | None) -> Any:
    found = _type(branch)
    while isinstance(found, ak.types.ListType | ak.types.RegularType):
        if found.parameters.get("__array__") in ("string", "bytestring"):
            return found
        found = found.content
    if member is not None and isinstance(found, ak.types.RecordType):
        return found.content(member) if member in found.fields else None
    return found


def _depth(branch: Any, source: Source) -> int:
    """1 for one number an event, 2 for a list of numbers, 3 for a list of lists."""
    depth, found = 1, _type(branch)
    while isinstance(found, ak.types.ListType | ak.types.RegularType):
        depth, found = depth + 1, found.content
    return depth - (source.element is not None)


def _shape(depth: int) -> str:
    return {0: "has nothing to take an element of", 1: "has one number an event"}.get(
        depth, "has a list an event" if depth == 2 else "has lists of lists"
    )
