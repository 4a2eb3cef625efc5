"""What a chain can do with files: which stages run, which categories form, which taggers score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hepchain.config.samples import Role
from hepchain.labels import Labelling
from hepchain.modules import is_there
from hepchain.skimming.check import Checked
from hepchain.skimming.contract import OBJECT
from hepchain.skimming.skim import incomplete_groups

STAGES = {
    Role.TRAINING: ("skimming", "features", "training", "combination"),
    **dict.fromkeys(
        (Role.SIGNAL, Role.BACKGROUND, Role.DATA),
        ("skimming", "features", "combination", "selection", "statistics"),
    ),
}
"""Stages that a sample goes through, by its role."""

TRUTH = "truth_"
"""Begin of the names of what only simulation has."""


@dataclass(frozen=True)
class Verdict:
    """What a chain makes of files of one sample.

    ``stopped``: first of the ``stages`` that does not run, and why; ``impossible``: categories that
    no object is in, and why; ``scored``: categories in which the ``taggers`` score.
    """

    chain: str
    role: Role
    stages: Sequence[str]
    stopped: tuple[str, str] | None
    impossible: Mapping[str, str]
    taggers: Sequence[str]
    scored: Sequence[str]

    def lines(self) -> Iterator[str]:
        """For the terminal."""
        run = list(self.stages)
        if self.stopped is not None:
            run = run[: run.index(self.stopped[0])]
        yield f"chain {self.chain}, role {self.role}: runs {', '.join(run) or 'no stage'}"
        if self.stopped is not None:
            yield f"  stops at {self.stopped[0]}: {self.stopped[1]}"
        for category, reason in self.impossible.items():
            yield f"  category {category} cannot form: {reason}"
        if self.impossible and self.taggers:
            where = f"score in {', '.join(self.scored)} only" if self.scored else "cannot score"
            yield f"  taggers {', '.join(self.taggers)}: {where}"


def verdict(chain: str, run: Any, role: Role, files: Sequence[Checked]) -> Verdict:
    """What the chain makes of files that were checked.

    ``run``: configuration of the chain.
    """
    categories = run.variables.categories
    lacking = _lacking(run.variables.by_group, files)
    impossible = {
        name: "; ".join(lacking[group] for group in category.groups if group in lacking)
        for name, category in categories.items()
        if any(group in lacking for group in category.groups)
    }
    stages = [stage for stage in STAGES.get(role, ()) if getattr(run, stage, None) is not None]
    training = getattr(run, "training", None)
    return Verdict(
        chain=chain,
        role=role,
        stages=stages,
        stopped=_stop(chain, stages, files, len(impossible) == len(categories)),
        impossible=impossible,
        taggers=[] if training is None else training.listed,
        scored=[
            name
            for name in ([] if training is None else training.categories)
            if name not in impossible
        ],
    )


def _lacking(groups: Mapping[str, Sequence[str]], files: Sequence[Checked]) -> dict[str, str]:
    """Group -> what some of the files lack of it."""
    reports = [file.report for file in files if file.report is not None]
    counts: Counter[tuple[str, tuple[str, ...]]] = Counter(
        (group, tuple(names))
        for report in reports
        for group, names in incomplete_groups(report, groups).items()
    )
    found: dict[str, str] = {}
    for (group, names), number in counts.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        where = "" if number == len(reports) else f" in {number} of {len(reports)} files"
        found.setdefault(group, f"group {group} lacks {', '.join(names[:3])}{more}{where}")
    return found


def _stop(
    chain: str, stages: Sequence[str], files: Sequence[Checked], no_category: bool
) -> tuple[str, str] | None:
    unusable = sum(not file.usable for file in files)
    if unusable:
        return "skimming", f"{unusable} of {len(files)} files cannot be read in this role"
    if no_category and "features" in stages:
        return "features", "no category can form"
    if "training" in stages and _unlabelled(chain, files):
        return "training", "without truth every object is labelled unknown"
    return None


def _unlabelled(chain: str, files: Sequence[Checked]) -> bool:
    """Whether all files lack all that labels are made of."""
    module = f"hepchain.chains.{chain}.labels"
    columns = Labelling.of(module).columns if is_there(module) else {}
    truth = {
        f"{TRUTH}{OBJECT}_{name.removeprefix(TRUTH)}" for name in columns if name.startswith(TRUTH)
    }
    reports = [file.report for file in files if file.report is not None]
    return bool(truth) and all(truth <= report.absent.keys() for report in reports)
