"""What the workflow can say of itself: its rules, its stages, its figures and tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from snakemake.api import SnakemakeApi
from snakemake.rules import Rule
from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings

from hepchain.errors import ConfigError
from hepchain.report.collected import known_names, reported, rules_of, stages
from hepchain.report.graph import Drawing, drawing
from hepchain.report.results import Result
from hepchain.report.words import Words

SNAKEFILE = Path("Snakefile")


@dataclass(frozen=True)
class Shown:
    """A figure or table, and what its caption says without a run."""

    result: Result
    caption: Markup
    by_default: bool


@contextmanager
def loaded_workflow() -> Iterator[Any]:
    """The workflow of the working directory with all its rules; no job is planned."""
    output = OutputSettings(quiet={Quietness.ALL})
    with SnakemakeApi(output) as api:
        settings = ResourceSettings(cores=1)
        yield api.workflow(resource_settings=settings, snakefile=SNAKEFILE)._workflow


def figures_and_tables(workflow: Any, chain: str) -> list[Shown]:
    """Everything of a chain that has a caption; what a default run makes comes first."""
    rules = rules_of(workflow, f"results/{chain}")
    made = _records(rules, _targets(workflow, chain), chain)
    named = {output for rule in rules for output in map(str, rule.output) if "{" not in output}
    bases = {record.base for record in made}
    further = [one for one in _records(rules, sorted(named), chain) if one.base not in bases]
    words = Words({"config": _rule(workflow, chain).module_globals["config"]})
    return [
        *(Shown(one, _caption(one, words), True) for one in made),
        *(Shown(one, _caption(one, words), False) for one in further),
    ]


def without_example(workflow: Any, chain: str, shown: list[Shown]) -> list[str]:
    """Names of results of which neither a default run nor a rule without wildcards has one."""
    known = known_names(rules_of(workflow, f"results/{chain}"), f"results/{chain}")
    found = {one.result.base for one in shown}
    return [name for name in known if name not in found and not name.endswith("/.png")]


def graph(workflow: Any, chain: str) -> tuple[Drawing, dict[str, str]]:
    """Stages of a default run, drawn, and how many rules each has."""
    folder = f"results/{chain}"
    found = stages(rules_of(workflow, folder), _targets(workflow, chain), folder)
    notes = {stage: _count(names) for stage, names in found["rules"].items()}
    return drawing(found["rules"], [(a, b) for a, b in found["edges"]]), notes


def _count(rules: list[str]) -> str:
    return "1 rule" if len(rules) == 1 else f"{len(rules)} rules"


def _rule(workflow: Any, chain: str) -> Rule:
    return next(rule for rule in workflow.rules if rule.name == f"{chain}_results")


def _targets(workflow: Any, chain: str) -> list[str]:
    return [str(path) for path in _rule(workflow, chain).input]


def _records(rules: list[Rule], paths: list[str], chain: str) -> list[Result]:
    """Results with captions; of a figure and a table of one name, made together, the figure."""
    found = [Result(**record) for record in reported(rules, paths, f"results/{chain}")]
    pictured = {one.name for one in found if one.pictured}
    return [one for one in found if one.pictured or one.name not in pictured]


def _caption(result: Result, words: Words) -> Markup:
    """Its caption; empty where that speaks of what only a run knows."""
    try:
        return words.caption(Path(result.caption), result.wildcards, result.params)
    except ConfigError:
        return Markup()
