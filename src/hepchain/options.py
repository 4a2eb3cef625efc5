"""Options of a command that are given twice: the last would count, the first be lost in silence."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Any

_ONCE = 2
"""How often an option that is given once is set: the default comes first."""


class Given(argparse.Namespace):
    """Parsed options, and how often each was set."""

    __slots__ = ("times",)
    times: Counter[str]

    def __init__(self) -> None:
        object.__setattr__(self, "times", Counter())

    def __setattr__(self, name: str, value: Any) -> None:
        self.times[name] += 1
        super().__setattr__(name, value)


def given_twice(parser: argparse.ArgumentParser, given: Given) -> list[str]:
    """What to say of each option whose first value is lost to a second one."""
    lost = [
        action
        for action in parser._actions
        if isinstance(action, argparse._StoreAction)
        and action.option_strings
        and given.times[action.dest] > _ONCE
    ]
    return [f"{action.option_strings[0]} is given twice: {_right_form(action)}" for action in lost]


def _right_form(action: argparse.Action) -> str:
    if action.nargs not in ("+", "*"):
        return "keep one"
    option, value = action.option_strings[0], action.metavar or action.dest.upper()
    return f"the first would be lost, write all values behind one, `{option} {value} {value}`"


class OnceParser(argparse.ArgumentParser):
    """A parser, and one for each of its commands, that takes no option twice."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse as the base class does; an option given twice ends the command."""
        given = Given()
        vars(given).update(vars(namespace or argparse.Namespace()))
        parsed = super().parse_known_args(args, given)
        if twice := given_twice(self, given):
            self.error("\n".join(twice))
        return parsed
