"""From the branches of a file to the quantities of the contract, by a branch map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.config.ntuple import NtupleMap
from hepchain.config.source import Source, module_of_derivation
from hepchain.errors import InputError
from hepchain.skimming.contract import OBJECT, Entry
from hepchain.skimming.expressions import evaluate
from hepchain.skimming.jagged import as_type, member_of, numbers_of, sizes_of, widened


def branches_of(ntuple_map: NtupleMap, names: Iterable[str]) -> list[str]:
    """Branches that must be read to have these quantities, each once."""
    branches: dict[str, None] = {}
    pending = list(names)
    while pending:
        source = ntuple_map.sources[pending.pop()]
        pending += source.inputs
        if source.branch is not None:
            branches[source.branch] = None
    return list(branches)


class Quantities:
    """Quantities of one chunk of events, computed when first asked for."""

    def __init__(
        self, path: str | Path, ntuple_map: NtupleMap, arrays: Mapping[str, ak.Array], first: int
    ) -> None:
        self._path = path
        self._first = first
        self._map = ntuple_map
        self._arrays = arrays
        self._known: dict[str, ak.Array] = {}

    def __getitem__(self, name: str) -> ak.Array:
        """Value of a quantity.

        Raises
        ------
        InputError : it cannot be made from what the file has
        """
        if name not in self._known:
            source, constant = self._map.sources[name], self.constant(name)
            events = len(next(iter(self._arrays.values())))
            if constant is not None:
                return ak.Array(np.full(events, constant))
            if source.entry:
                return ak.Array(np.arange(self._first, self._first + events))
            inputs = [self[used] for used in source.inputs]
            try:
                self._known[name] = self._evaluate(source, inputs)
            # What Awkward raises where shapes and types do not go together has no common base.
            except Exception as error:
                raise self.error(name, self._reason(source, inputs, error)) from error
        return self._known[name]

    def has(self, name: str) -> bool:
        """Whether the file has all that a quantity is made of."""
        source = self._map.sources[name]
        if source.branch is not None:
            return source.branch in self._arrays
        return all(
            self.has(used) or self._map.sources[used].otherwise is not None
            for used in source.inputs
        )

    def constant(self, name: str) -> float | None:
        """The number that every event, or every object, has; None if it is not one for all."""
        source = self._map.sources[name]
        if source.otherwise is not None and not self.has(name):
            return source.otherwise
        if source.expression is not None and not source.names:
            return float(evaluate(source.expression, {})) * source.factor
        return None if source.value is None else source.value * source.factor

    def error(self, name: str, reason: str) -> InputError:
        """What to raise if the map is wrong about a quantity."""
        block = "branches" if name in self._map.branches else "intermediate"
        return InputError(
            f"{self._path}: {block}.{name} of the branch map ({told(self._map.sources[name])}) "
            f"cannot be made: {reason}; correct the map (docs/ntuples.md)"
        )

    def _evaluate(self, source: Source, inputs: Sequence[ak.Array]) -> ak.Array:
        with np.errstate(all="ignore"):  # invalid results are NaN and found by the checks
            if source.derive is not None:
                value = _derived(source.derive, inputs)
            elif source.expression is not None:
                named = dict(zip(source.names, inputs, strict=True))
                value = evaluate(source.expression, named)
            else:
                value = _from_branch(self._arrays[str(source.branch)], source)
        return value if source.factor == 1.0 else value * source.factor

    def _reason(self, source: Source, inputs: Sequence[ak.Array], error: Exception) -> str:
        if source.branch is not None:
            return (
                f"the branch has {_shape(self._arrays[str(source.branch)])} ({_first_line(error)})"
            )
        used = [
            f"{name} is {_shape(value)}" for name, value in zip(source.inputs, inputs, strict=True)
        ]
        return f"{_first_line(error)}; {', '.join(used)}" + _differing(source, inputs)


def _derived(derivation: str, inputs: Iterable[ak.Array]) -> ak.Array:
    function = getattr(
        import_module(module_of_derivation(derivation)), derivation.rpartition(".")[2]
    )
    return function(*map(widened, inputs))


def told(source: Source) -> str:
    """Where a quantity comes from, in the words of the map.

    >>> told(Source(branch="met"))
    "branch 'met'"
    """
    if source.derive is not None:
        return f"{source.derive} of {', '.join(source.inputs)}"
    if source.expression is not None:
        return f"expression '{source.expression}'"
    if source.value is not None:
        return f"value {source.value:g}"
    if source.entry:
        return "position in the file"
    parts = [f"branch '{source.branch}'"]
    parts += [f"{key} {getattr(source, key)}" for key in ("member", "element", "bit")]
    return ", ".join(part for part in parts if not part.endswith(" None"))


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".:") or type(error).__name__


def _shape(value: ak.Array) -> str:
    return {1: "one number an event", 2: "a list an event"}.get(value.ndim, "lists of lists")


def _differing(source: Source, inputs: Sequence[ak.Array]) -> str:
    """Which lists differ in length first, where that is what does not go together."""
    lists = [(name, v) for name, v in zip(source.inputs, inputs, strict=True) if v.ndim > 1]
    for name, value in lists[1:]:
        differs = sizes_of(value) != sizes_of(lists[0][1])
        if differs.any():
            entry = int(np.argmax(differs))
            sizes = [f"{item} has {sizes_of(v)[entry]}" for item, v in (lists[0], (name, value))]
            return f"; they are not of one object: in one event {', '.join(sizes)}"
    return ""


def _from_branch(value: ak.Array, source: Source) -> ak.Array:
    if source.member is not None:
        value = member_of(value, source.member)
    if source.element is not None:
        value = _element(value, source.element)
    if source.bit is not None:
        value = (value >> source.bit) & 1
    return value


def _element(value: ak.Array, position: int) -> ak.Array:
    """Element of the innermost lists; NaN (0 for integers) in lists that are too short."""
    if value.ndim < 2:
        raise ValueError(f"there is no list to take element {position} of")
    floating = "float" in str(ak.type(ak.flatten(value, axis=None)))
    padded = ak.pad_none(value, position + 1, axis=-1, clip=False)
    return ak.fill_none(padded[..., position], np.nan if floating else 0)


def apply_map(
    path: str | Path,
    ntuple_map: NtupleMap,
    arrays: Mapping[str, ak.Array],
    present: Iterable[str],
    wanted: Mapping[str, Entry],
    groups: Mapping[str, Sequence[str]],
    first: int = 0,
) -> dict[str, ak.Array]:
    """All quantities of the contract for one chunk of events, in its units.

    Integers of a file that are none, or may not fit, are left as they are, to be looked at.

    Parameters
    ----------
    present : quantities that the file provides; others get their default, or are left out
    groups : group of variables -> names, for formats that fill absent groups with zeros
    first : position of the first event in the file

    Raises
    ------
    InputError : a quantity cannot be made, or has not the contract's shape
    """
    quantities = Quantities(path, ntuple_map, arrays, first)
    result = _of_contract(quantities, present, wanted)
    for group, flag in ntuple_map.present_where_positive.items():
        names = [f"{OBJECT}_{name}" for name in groups.get(group, ())]
        names = [name for name in names if name in result]
        if names and not quantities.has(flag) and quantities.constant(flag) is None:
            raise InputError(
                f"{path}: present_where_positive.{group} of the branch map needs {flag} "
                f"({told(ntuple_map.sources[flag])}), which the file lacks; correct the map"
            )
        for name in names:
            value = ak.where(quantities[flag] > 0, result[name], np.nan)
            result[name] = as_type(value, wanted[name].dtype)
    return {name: result[name] for name in wanted if name in result}


def _of_contract(
    quantities: Quantities, present: Iterable[str], wanted: Mapping[str, Entry]
) -> dict[str, ak.Array]:
    """What is present, and the constants: one for each of the objects that the rest tells of."""
    constants = {name: quantities.constant(name) for name in present}
    result = {
        name: _shaped(quantities, name, wanted[name])
        for name, constant in constants.items()
        if constant is None or not wanted[name].collection
    }
    shapes = {wanted[name].collection: value for name, value in result.items()}
    for name, entry in wanted.items():
        if name in result:
            continue
        constant = constants.get(name, entry.default)
        if constant is not None and entry.collection in shapes:
            result[name] = _constant(shapes[entry.collection], constant, entry)
        elif name in constants:
            objects = f"nothing tells how many there are, no other quantity {entry.collection}_*"
            raise quantities.error(name, objects)
    return result


def _constant(like: ak.Array, number: float, entry: Entry) -> ak.Array:
    """A number for each of the others; as it is, to be looked at, where it is no integer."""
    is_exact = entry.dtype.startswith("float") or float(number).is_integer()
    return ak.full_like(like, number, dtype=entry.dtype if is_exact else np.float64)


def _shaped(quantities: Quantities, name: str, entry: Entry) -> ak.Array:
    value, expected = quantities[name], 2 if entry.collection else 1
    if value.ndim != expected:
        wanted = "a list an event" if entry.collection else "one number an event"
        raise quantities.error(name, f"it is {_shape(value)}, not {wanted}")
    number = numbers_of(value).dtype
    if number.kind not in "biuf":
        raise quantities.error(name, f"it is of type {number}, not numeric")
    if entry.dtype.startswith("float") or np.can_cast(number, entry.dtype):
        return as_type(value, entry.dtype)
    return value
