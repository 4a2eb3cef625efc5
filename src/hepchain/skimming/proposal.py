"""A branch map for an unknown file, guessed from names and shapes of its branches."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from textwrap import wrap
from typing import Any

import numpy as np

from hepchain.config.samples import Role
from hepchain.config.strict_yaml import parse
from hepchain.skimming.contract import Entry, is_needed
from hepchain.skimming.inspection import Column, Inspection, medians
from hepchain.skimming.jagged import sizes_of
from hepchain.skimming.vocabulary import DERIVED, EVENT_NAMES, FIELD_NAMES, MEMBERS

MOMENTA = ("pt", "mass", "energy", "px", "py", "pz", "met")
IN_MEV = 2000.0
"""Median of momenta in GeV that no sample has."""
PER_MEV = 0.005
"""The same of charge over momentum in 1/GeV."""

COMMENT: Any = {"initial_indent": "  # ", "subsequent_indent": "  # "}
_NOISE = re.compile(r"auxdyn|analysis|nosys|[^a-z0-9]")
_PLAIN = re.compile(r"[A-Za-z_][\w./]*")


@dataclass(frozen=True)
class Guess:
    """A column for a quantity, and why it is doubtful, if it is."""

    column: Column
    doubt: str = ""
    element: int | None = None


@dataclass(frozen=True)
class Objects:
    """Columns of one kind of object, by what they are."""

    name: str
    fields: Mapping[str, Column]
    wanted: Iterable[str]
    doubt: str = ""

    def find(self, field: str) -> Guess | None:
        """The column of a quantity, by its names or else by one like it that no other has."""
        name = self._exact(field)
        if name is not None:
            return Guess(self.fields[name], self.doubt)
        others = self.fields.keys() - {self._exact(other) for other in self.wanted}
        near = get_close_matches(_plain(field), others, n=1, cutoff=0.85)
        if near and len(near[0]) > 3:
            return Guess(self.fields[near[0]], "a name that is like it")
        return None

    def _exact(self, field: str) -> str | None:
        names = FIELD_NAMES.get(field, (_plain(field),))
        return next((name for name in names if name in self.fields), None)


def propose(found: Inspection, wanted: Mapping[str, Entry]) -> str:
    """A branch map, as YAML; lines with a question mark are doubtful.

    Parameters
    ----------
    wanted : branches of the contract of a chain
    """
    proposal = _Proposal(found, wanted)
    lines = proposal.lines()
    header = [
        "# Proposed by names and shapes of the branches of",
        f"# {found.path}",
        "# Look at each line; those with `?` are guesses. Lengths are to be mm, momenta GeV.",
        f"tree: {_text(found.tree)}",
        "metadata: null",
        "",
        "branches:",
    ]
    block = ["", "intermediate:", *proposal.intermediate] if proposal.intermediate else []
    return "\n".join([*header, *lines, *block]) + "\n"


class _Proposal:
    def __init__(self, found: Inspection, wanted: Mapping[str, Entry]) -> None:
        self._wanted = wanted
        self._columns = found.columns
        self.intermediate: list[str] = []
        labels = {_label(name) for name, entry in wanted.items() if entry.collection}
        kinds = _kinds_of_objects(found.columns, labels)
        self._objects = {
            label: _objects_of(label, kinds, [name.removeprefix(f"{label}_") for name in wanted])
            for label in sorted(labels)
        }

    def lines(self) -> list[str]:
        """Of ``branches``: what was found, and in comments what is needed and was not."""
        result, missing = [], []
        for name, entry in self._wanted.items():
            line = self._of_object(name) if entry.collection else self._of_event(name)
            if line is not None:
                result.append(line)
            elif is_needed(entry, Role.SIGNAL):
                missing.append(name)
        told = f"Needed, and nothing like it is in the tree: {', '.join(missing)}"
        return [*result, *(wrap(told, 96, **COMMENT) if missing else [])]

    def _of_event(self, name: str) -> str | None:
        guess = _event_guess(name, self._columns)
        if guess is not None:
            return _line(name, name, guess)
        if name in ("met", "met_phi"):
            parts = {
                MEMBERS[column.member]: column
                for column in self._columns
                if column.lists == 0 and column.member in MEMBERS
                if _plain(column.branch) in EVENT_NAMES["met"]
            }
            function = {"met": "pt_from_px_py", "met_phi": "phi_from_px_py"}[name]
            return self._derived(name, "met", function, Objects("met", parts, ()))
        if name == "event_number":
            return f"  {name}: {{entry: true}}  # ? none is in the tree; for a sample of one file"
        return None

    def _of_object(self, name: str) -> str | None:
        label = _label(name)
        objects = self._objects[label]
        if objects is None:
            return None
        field = name.removeprefix(f"{label}_")
        guess = objects.find(field)
        if guess is not None:
            return _line(name, field, guess)
        for function in (key for key in DERIVED if key.startswith(f"{field}_from_")):
            line = self._derived(name, label, function, objects)
            if line is not None:
                return line
        if field == "charge" and objects.find("q_over_p") is not None:
            return self._derived(name, label, "sign", objects)
        return None

    def _derived(self, name: str, label: str, function: str, objects: Objects) -> str | None:
        """A quantity made of others, which are in the contract or become intermediate ones."""
        inputs = []
        for field in DERIVED[function]:
            quantity = f"{label}_{field}"
            guess = objects.find(field)
            if guess is None and not (quantity in self._wanted and field in ("eta", "pt")):
                return None
            inputs.append(quantity)
            line = None if guess is None else _line(quantity, field, guess)
            if line is not None and quantity not in self._wanted:
                self.intermediate += [line] if line not in self.intermediate else []
        doubt = f"  # ? {objects.doubt}" if objects.doubt else ""
        return f"  {name}: {{derive: {function}, from: [{', '.join(inputs)}]}}{doubt}"


def _label(name: str) -> str:
    """The object that a quantity of the contract is of."""
    parts = name.split("_")
    return "_".join(parts[:2]) if parts[0] == "truth" else parts[0]


def _plain(name: str) -> str:
    """In small letters, without separators and what only formats mean.

    >>> _plain("AnalysisJetsAuxDyn.pt")
    'jetspt'
    """
    return _NOISE.sub("", name.lower())


def _kinds_of_objects(
    columns: Iterable[Column], labels: Iterable[str]
) -> dict[str, dict[str, Column]]:
    """Lists of numbers by the beginning of their names, as far as separators or labels end it."""
    kinds: dict[str, dict[str, Column]] = defaultdict(dict)
    for column in (column for column in columns if column.lists == 1):
        name = column.branch.rpartition("/")[2]
        if column.member in MEMBERS:
            for label in {_plain(label) for label in labels}:
                if _plain(name) in (label, f"{label}s", f"{label}p4", f"{label}sp4"):
                    kinds[label].setdefault(MEMBERS[column.member], column)
            continue
        for split in re.finditer(r"[._:]", name):
            field = _plain(name[split.end() :])
            kinds[_plain(name[: split.start()])].setdefault(field, column)
        for label in {_plain(label) for label in labels}:
            if _plain(name).startswith(label):
                kinds[label].setdefault(_plain(name).removeprefix(label), column)
    return kinds


def _objects_of(
    label: str, kinds: Mapping[str, Mapping[str, Column]], fields: Sequence[str]
) -> Objects | None:
    """The kind that has a momentum and is called as the label, or like it."""
    wanted = _plain(label)
    whole = {name for name, fields in kinds.items() if _has_momentum(fields)}
    for name in (wanted, f"{wanted}s"):
        if name in whole:
            return Objects(name, kinds[name], fields)
    inside = [name for name in whole if wanted in name or _short_for(name, wanted)]
    most = sorted(inside, key=lambda name: (-len(kinds[name]), name))
    near = most or get_close_matches(wanted, whole, n=1, cutoff=0.8)
    return Objects(near[0], kinds[near[0]], fields, f"of '{near[0]}'") if near else None


def _has_momentum(fields: Mapping[str, Column]) -> bool:
    known = ({"pt", "eta", "phi"}, {"px", "py", "pz"}, {"qoverp", "theta", "phi"})
    return any(names <= fields.keys() for names in known)


def _short_for(name: str, label: str) -> bool:
    return len(name) > 1 and label.startswith(name)


def _event_guess(name: str, columns: Sequence[Column]) -> Guess | None:
    """The column of a quantity of the event, by its whole name or else by the end of it."""
    whole: dict[str, Guess] = {}
    ends: dict[str, Guess] = {}
    counters = {f"n{column.branch}" for column in columns}
    for guess in _single(column for column in columns if column.branch not in counters):
        last = guess.column.branch.rpartition("/")[2]
        whole.setdefault(_plain(last), guess)
        ends.setdefault(_plain(re.split(r"[.:]", last)[-1]), guess)
    for single in (whole, ends):
        for known in EVENT_NAMES.get(name, (_plain(name),)):
            if known in single:
                return single[known]
    near = get_close_matches(_plain(name), whole, n=1, cutoff=0.85)
    return replace(whole[near[0]], doubt="a name that is like it") if near else None


def _single(columns: Iterable[Column]) -> Iterator[Guess]:
    """One number an event, or lists of which each event has the first element."""
    for column in columns:
        if column.lists == 0 and column.member is None:
            yield Guess(column)
        elif column.lists == 1 and column.values is not None and column.member is None:
            sizes = sizes_of(column.values)
            if len(sizes) and np.all(sizes == sizes[0]) and sizes[0] > 0:
                yield Guess(column, "the first of a list" if sizes[0] > 1 else "", 0)


def _line(name: str, field: str, guess: Guess) -> str:
    """A line of the map; momenta that are too large to be in GeV get a factor."""
    column, doubts = guess.column, [guess.doubt]
    keys = [f"branch: {_text(column.branch)}"]
    keys += [f"member: {column.member}"] * (column.member is not None)
    keys += [f"element: {guess.element}"] * (guess.element is not None)
    median = next(medians([column]), None)
    if median is not None and field in MOMENTA and median > IN_MEV:
        keys.append("factor: 0.001")
        doubts.append(f"median {median:.4g}, so MeV")
    if median is not None and field == "q_over_p" and median < PER_MEV:
        keys.append("factor: 1000.0")
        doubts.append(f"median {median:.1g}, so 1/MeV")
    source = f"{{{', '.join(keys)}}}" if len(keys) > 1 else _text(column.branch)
    told = "; ".join(filter(None, doubts))
    return f"  {name}: {source}" + (f"  # ? {told}" if told else "")


def _text(value: str) -> str:
    """A text as YAML has it, in quotation marks if it would be read as something else."""
    plain = _PLAIN.fullmatch(value) and parse(value) == value
    return value if plain else json.dumps(value)
