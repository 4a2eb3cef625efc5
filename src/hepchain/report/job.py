"""Rule ``report``: from what the job was given to the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from hepchain.config.reading import load_block
from hepchain.io.atomic import atomic_path
from hepchain.io.structured import read_json
from hepchain.report import provenance
from hepchain.report.description import Description
from hepchain.report.graph import drawing
from hepchain.report.page import Page, write_page
from hepchain.report.results import Result, Results, share
from hepchain.report.tables import Table
from hepchain.report.words import Words

OF_THE_SITE = ("execution",)
"""Keys of the configuration that say how jobs run, and change no result."""


def write_report(
    snakemake: Any,
    context: Mapping[str, Any] | None = None,
    computed: Mapping[str, Table] | None = None,
) -> None:
    """Write the page of a chain, and its numbers to remember as text for a terminal.

    Parameters
    ----------
    context : what texts of the chain may name, beside what is there for all
    computed : name -> table made for the report

    Raises
    ------
    ConfigError : the description names what is not there, or an expression is wrong
    InputError : a result is missing; with the command that makes it
    """
    path, params = Path(snakemake.output[0]), snakemake.params
    remembered = Path(snakemake.output[1])
    config = {key: value for key, value in snakemake.config.items() if key not in OF_THE_SITE}
    description = load_block(params.description, Description)
    results = Results(
        [Result(**record) for record in params.results],
        params.known,
        Words({"config": config}).plain(description.first, "first"),
        read_json(path.parent / description.numbers),
    )
    words = Words({**functions(results), "config": config, **(context or {})})
    page = Page(path.parent, results, words, computed or {})
    lead = page.figure(results.figures([description.figure])[0])  # Its address is here.
    facts = _facts(description, words)
    write_page(
        path,
        description=description,
        chain=params.chain,
        subtitle=words.html(description.subtitle, "subtitle"),
        lead=words.html(description.lead, "lead"),
        facts=facts,
        figure=lead,
        sections=page.sections(description),
        **_provenance(path.parent, params, config),
    )
    lines = [f"{label.striptags()}: {value.striptags()}\n" for label, value in facts]
    with atomic_path(remembered) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")


def _facts(description: Description, words: Words) -> list[tuple[Markup, Markup]]:
    """Label and value of each of the numbers to remember."""
    return [
        (words.html(fact.label, "facts"), words.html(fact.value, "facts"))
        for fact in description.facts
    ]


def functions(results: Results) -> dict[str, Any]:
    """What all texts may call: named numbers, numbers behind figures."""
    return {
        "number": results.number,
        "percent": results.percent,
        "value": results.value,
        "has": results.has,
        "load": results.load,
        "share": share,
    }


def _provenance(folder: Path, params: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{params.chain}_"
    found = provenance.uses(folder / "benchmarks", params.stages["rules"], prefix)
    graph = drawing(params.stages["rules"], [(a, b) for a, b in params.stages["edges"]])
    return {
        "graph": graph,
        "notes": {name: f"{use.jobs} jobs · {use.time}" for name, use in found.items()},
        "use_table": provenance.use_table({box.name: found[box.name] for box in graph.boxes}),
        "versions": provenance.versions(),
        "commit": provenance.commit(Path.cwd()),
        "seed": config.get("seed"),
        "configuration": yaml.safe_dump(dict(config), allow_unicode=True, width=100),
        "written": datetime.now(UTC),
    }
