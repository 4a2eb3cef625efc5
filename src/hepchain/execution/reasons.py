"""Why jobs would run, summed up: `selection.met: 200 → 250: 11 jobs`, in place of two dictionaries.

Snakemake tells of each job which values among its parameters differ from those of the last run.
Here the differences are found inside of these values, and jobs with the same one are counted
together. A parameter of hexadecimal digits is the digest of code, or of a file that no job makes.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from hepchain.terminal import counted

PARAMETERS = re.compile(
    r"Params have changed since last execution: .*?before: (?P<before>.*) now: (?P<now>.*)", re.S
)
NOTHING = "<nothing exclusive>"
DIGEST = re.compile(r"[0-9a-f]{16,64}")
OTHERS = {
    "Missing output files": "results that are not there",
    "Input files updated by another job": "what they read is made anew",
    "Updated input files": "a file they read is newer than their results",
    "Set of input files has changed since last execution": "they read other files than before",
    "Software environment definition has changed": "their environment has changed",
    "Forced execution": "asked for",
    "Rules with a run or shell declaration but no output are always executed": "they make no file",
}
"""Beginning of a reason of Snakemake -> the same of many jobs."""
CODE = "code has changed, or a file that no job makes"
ANYTHING = "other parameters"
SHOWN = 60
"""Characters of a value."""
MOST_PLACES = 2
MOST = 20
"""Lines of a plan; the rest is counted."""


class Reasons:
    """Counts the jobs of a plan by what makes them run.

    Attributes
    ----------
    configuration : that of the run, to name the place of a value in it
    """

    def __init__(self) -> None:
        self.configuration: Mapping[str, Any] = {}
        self._jobs: Counter[str] = Counter()
        self._rules: dict[str, dict[str, None]] = {}

    def add(self, rule: str, reason: str) -> None:
        """A job, with what Snakemake says of it."""
        for cause in dict.fromkeys(causes(reason, self._block(rule))):
            self._jobs[cause] += 1
            self._rules.setdefault(cause, {})[rule] = None

    def _block(self, rule: str) -> Mapping[str, Any]:
        """Configuration of the chain of a rule."""
        found = [chain for chain in self.configuration if rule.startswith(f"{chain}_")]
        return self.configuration[max(found, key=len)] if found else {}

    def text(self) -> str:
        """A line a cause, the most frequent first; empty without jobs."""
        lines = []
        for cause, jobs in self._jobs.most_common(MOST):
            names = list(self._rules[cause])
            rules = ", ".join(names) if len(names) < 4 else f"{names[0]} and {len(names) - 1} more"
            lines.append(f"  {cause}: {counted(jobs, 'job')} ({rules})")
        if len(self._jobs) > MOST:
            lines.append(f"  and {len(self._jobs) - MOST} more causes")
        return "\n".join(["Why:", *lines]) if lines else ""


def causes(reason: str, block: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The causes of a job's reason; those of parameters one by one.

    Parameters
    ----------
    block : configuration that the parameters come from
    """
    found = PARAMETERS.search(reason)
    if found:
        yield from _of_parameters(found["before"].strip(), found["now"].strip(), block or {})
    for beginning, words in OTHERS.items():
        if beginning in reason:
            yield words


def _of_parameters(before: str, now: str, block: Mapping[str, Any]) -> Iterator[str]:
    old, new = _values(before), _values(now)
    if old is None or new is None:
        yield ANYTHING
        return
    codes = [value for value in [*old, *new] if _is_digest(value)]
    if codes:
        yield CODE
    old = [value for value in old if not _is_digest(value)]
    new = [value for value in new if not _is_digest(value)]
    for value in new:
        partner = _partner(value, old)
        if partner is not None:
            old.remove(partner)
        yield from differences(partner, value, place_of(value, block))
    for value in old:
        yield from differences(value, None)


def _values(text: str) -> list[Any] | None:
    """The values, as Snakemake writes them one after the other; None if they are not literals."""
    if text == NOTHING:
        return []
    try:
        values = ast.literal_eval(f"[{text}]")
    except (ValueError, SyntaxError):
        return None
    return list(values)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def _partner(value: Any, candidates: list[Any]) -> Any:
    """The value that this one has most in common with, of the same kind."""
    same = [one for one in candidates if type(one) is type(value)]
    return max(same, key=lambda one: _likeness(one, value), default=None)


def _likeness(one: Any, other: Any) -> float:
    if isinstance(one, dict):
        same = [key for key, value in other.items() if key in one and one[key] == value]
        return len(same) / max(len(other), 1)
    return SequenceMatcher(None, repr(one), repr(other)).quick_ratio()


def place_of(value: Any, block: Mapping[str, Any]) -> str:
    """Keys with dots between them at which a configuration has a value; empty if at many places.

    A mapping is found where the configuration has most of it: defaults fill it up later.

    >>> place_of({"met": 250, "sign": 1}, {"selection": {"met": 250}})
    'selection'
    """
    found: dict[str, int] = {}
    for path, item in _items(block):
        if isinstance(value, Mapping) and isinstance(item, Mapping):
            if item and all(key in value and value[key] == one for key, one in item.items()):
                found[path] = len(item)
        elif not isinstance(value, Mapping) and type(item) is type(value) and item == value:
            found[path] = 1
    best = [path for path, size in found.items() if size == max(found.values())]
    return " or ".join(best) if len(best) <= MOST_PLACES else ""


def _items(block: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in block.items():
        path = f"{above}.{key}" if above else str(key)
        yield path, value
        if isinstance(value, Mapping):
            yield from _items(value, path)


def differences(before: Any, now: Any, path: str = "") -> Iterator[str]:
    """``key.key: before → now`` for each value of two nested mappings that differs.

    >>> list(differences({"met": 200, "window": {"low": 1}}, {"met": 250, "window": {"low": 1}}))
    ['met: 200 → 250']
    """
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            below = f"{path}.{key}" if path else str(key)
            if key not in now:
                yield f"{below}: {_short(before[key])} → removed"
            elif key not in before:
                yield f"{below}: new, {_short(now[key])}"
            elif before[key] != now[key]:
                yield from differences(before[key], now[key], below)
    elif before != now:
        place = f"{path}: " if path else "a parameter: "
        yield f"{place}{_short(before)} → {_short(now)}"


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
