"""The reference: numbers of the small run and of the default run as they should be.

``tests/chains/soft_electrons/reference.json`` holds the numbers of both runs and, for each kind,
how far a number may move and why. The small run is compared by the tests, the default run by

    snakemake --cores 2 soft_electrons_reference

A change that moves numbers on purpose writes them anew, and its commit says why they moved:

    .venv/bin/python -m tests.chain.reference small|default RESULTS
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tests.chain.numbers_of_taggers
import tests.chain.numbers_of_yields  # noqa: F401 (each registers its readers)
from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.errors import ConfigError, StageError
from tests.chain.documented_numbers import quotes
from tests.chain.same_numbers import READERS, Fact, Results
from tests.soft_electrons import default_with, load
from tests.workspace import SMOKE

REFERENCE = Path(__file__).parents[1] / "chains/soft_electrons/reference.json"
RUNS: Mapping[str, tuple[str, ...]] = {"small": (SMOKE,), "default": ()}
"""Name of a run -> files that extend the default configuration for it."""

Numbers = Mapping[str, float | None]
"""Name, a fact joined by slashes -> number; None: there is none."""


@dataclass(frozen=True)
class Tolerance:
    """How far numbers may move whose names begin so, maybe those of one run: ``{run}/{name}``."""

    of: str
    relative: float
    absolute: float
    why: str

    def allows(self, reference: float | None, found: float | None) -> bool:
        """Whether a number may stand in place of that of the reference."""
        if reference is None or found is None:
            return reference is found
        return abs(found - reference) <= self.absolute + self.relative * abs(reference)


def run_named(name: str) -> SoftElectronsConfig:
    """Configuration of a run of the reference."""
    return load(default_with(*RUNS[name]))


def name_of(run: SoftElectronsConfig) -> str:
    """Name of the run with this configuration; how jobs are carried out is no matter.

    Raises
    ------
    ConfigError : there is no reference for it
    """
    content = run.model_dump(exclude={"execution"})
    for name in RUNS:
        if run_named(name).model_dump(exclude={"execution"}) == content:
            return name
    raise ConfigError(
        f"no reference for this configuration: there is one for the default and one for {SMOKE}"
    )


def numbers(results: Results) -> Numbers:
    """Numbers of a run: of each the most exact one that a file tells."""
    exact: dict[Fact, tuple[float, float | None]] = {}
    for read, resolution in READERS.values():
        for fact, value in read(results):
            if isinstance(value, str):
                continue
            if fact not in exact or exact[fact][1] is None or resolution < exact[fact][0]:
                exact[fact] = resolution, value
    found = {"/".join(fact): value for fact, (_, value) in exact.items()}
    return found | dict(_quoted(results.folder))


def _quoted(folder: Path) -> Iterator[tuple[str, float | None]]:
    for quote in quotes(folder):
        for place, value in enumerate(quote.values):
            yield quoted_name(quote.document, quote.text, place), value


def quoted_name(document: str, text: str, place: int) -> str:
    """Name of a number that the documentation quotes."""
    return f"quoted/{document}/{text.strip()}/{place}"


def moved(name: str, found: Numbers, reference: Mapping[str, Any]) -> list[str]:
    """A line for each number that is not that of the reference: name, both, tolerance."""
    tolerances = [Tolerance(**item) for item in reference["tolerances"]]
    expected = reference[name]
    lines = [f"{key}: not in the reference, {found[key]} found" for key in found.keys() - expected]
    lines += [
        f"{key}: {expected[key]} in the reference, not found" for key in expected - found.keys()
    ]
    for key in expected.keys() & found.keys():
        tolerance = tolerance_of(name, key, tolerances)
        if not tolerance.allows(expected[key], found[key]):
            lines.append(
                f"{key}: {expected[key]} in the reference, {found[key]} found; tolerance "
                f"{tolerance.relative:g} x value + {tolerance.absolute:g}: {tolerance.why}"
            )
    return sorted(lines)


def tolerance_of(run: str, key: str, tolerances: list[Tolerance]) -> Tolerance:
    """That of the longest beginning of a name, one of this run first.

    Raises
    ------
    KeyError : there is none
    """
    own = f"{run}/{key}"
    fitting = [item for item in tolerances if key.startswith(item.of) or own.startswith(item.of)]
    if not fitting:
        raise KeyError(f"{key}: no tolerance in {REFERENCE}; add one and say why it is what it is")
    return max(fitting, key=lambda item: (item.of.startswith(f"{run}/"), len(item.of)))


def check(folder: Path, run: SoftElectronsConfig) -> str:
    """Compare the results of a run with the reference; what to say if they agree.

    Raises
    ------
    ConfigError : there is no reference for this configuration
    StageError : numbers have moved; the message has a line for each
    """
    name = name_of(run)
    found = numbers(Results(folder, run))
    if lines := moved(name, found, read_reference()):
        listed = "\n".join(lines)
        raise StageError(f"{len(lines)} of {len(found)} numbers of the {name} run moved:\n{listed}")
    return f"{len(found)} numbers of the {name} run are those of the reference"


def read_reference() -> dict[str, Any]:
    """Tolerances and the numbers of the runs."""
    content: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return content


def main() -> None:
    """Write the numbers of a run into the reference, and say which have moved."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("results", type=Path, help="folder of its results")
    arguments = parser.parse_args()
    reference = read_reference()
    found = numbers(Results(arguments.results, run_named(arguments.run)))
    lines = moved(arguments.run, found, reference)
    print(*lines, f"{len(found)} numbers, {len(lines)} moved", sep="\n")
    reference[arguments.run] = found
    text = json.dumps(reference, indent=1, sort_keys=True, ensure_ascii=False)
    REFERENCE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
