"""How much of a run is done by time, and how much time is left.

A tenth of the jobs can take half of the time. Rules have weights, the seconds that one of their
jobs took in the default run; what a run measures itself comes before them, so that a slower
machine or other sizes of samples count.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

UNKNOWN = 2.0
"""Seconds of a job of a rule that nobody has measured: most rules without weight are short."""


def weights(workflow: Path) -> dict[str, float]:
    """Rule, with the name of its chain before it -> seconds a job, of all chains of a folder.

    Parameters
    ----------
    workflow : folder with ``chains/{chain}/seconds.json``; a chain without one has no weights
    """
    found: dict[str, float] = {}
    for path in sorted(workflow.glob("chains/*/seconds.json")):
        seconds = json.loads(path.read_text())
        found |= {f"{path.parent.name}_{rule}": value for rule, value in seconds.items()}
    return found


@dataclass
class Pace:
    """Jobs of a run by rule, and the seconds of those that are done.

    Attributes
    ----------
    totals : rule -> number of jobs
    expected : rule -> seconds a job, :func:`weights`
    """

    totals: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[str, float] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def finished(self, rule: str, seconds: float) -> None:
        """Count a job that is done."""
        self.done[rule] += 1
        self.spent[rule] += seconds

    @property
    def jobs(self) -> int:
        """Number of all jobs."""
        return sum(self.totals.values())

    def share(self) -> float:
        """Share of the run that is done, by time, from 0 to 1."""
        left = self._left()
        spent = sum(self.spent.values())
        return spent / (spent + left) if spent + left else float(not self.jobs)

    def left(self, elapsed: float) -> float | None:
        """Seconds until the end if jobs go on side by side as they did.

        None until a job is done: before that nothing is known of this machine.

        Parameters
        ----------
        elapsed : seconds since the start of the first job
        """
        spent = sum(self.spent.values())
        return self._left() * elapsed / spent if spent else None

    def _left(self) -> float:
        """Seconds that jobs which are not done will take, one after the other."""
        slowness = self._slowness()
        return sum(
            max(total - self.done[rule], 0) * self._seconds(rule, slowness)
            for rule, total in self.totals.items()
        )

    def _seconds(self, rule: str, slowness: float) -> float:
        if self.done[rule]:
            return self.spent[rule] / self.done[rule]
        return self.expected.get(rule, UNKNOWN) * slowness

    def _slowness(self) -> float:
        """Time of the jobs done over the time expected of them."""
        known = [rule for rule, number in self.done.items() if number and rule in self.expected]
        expected = sum(self.done[rule] * self.expected[rule] for rule in known)
        return sum(self.spent[rule] for rule in known) / expected if expected else 1.0
