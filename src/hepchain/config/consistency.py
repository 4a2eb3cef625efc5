"""Checks that span several blocks of the configuration.

Each check names the blocks it needs as its parameters, so that those whose blocks are in order run
even when another block is wrong, and all problems are reported at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hepchain.config.combination import CombinationConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.names import nearest
from hepchain.config.samples import Role, Sample
from hepchain.config.simulation import SimulationConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.studies import StudiesConfig
from hepchain.config.taggers import PT, TaggerSettings
from hepchain.config.training import EVERY_CATEGORY, TrainingConfig
from hepchain.config.validation import ValidationConfig
from hepchain.config.variables import Variables

Samples = Mapping[str, Sample]

RESERVED: dict[str, tuple[str, tuple[str, ...]]] = {
    "samples": ("is a part of the statistical model", ("signal", "background")),
    "variables.categories": ("stands for all of them", (EVERY_CATEGORY,)),
    "variables.variables": (
        "is a column that every table of objects has",
        ("event", "event_number", "track_index", "weight", "label", "fold", "category"),
    ),
}
"""Names that the stages have given themselves, by block, and what they are there."""

Check = Callable[..., Iterable[str]]


def problems(blocks: Mapping[str, Any], checks: Iterable[Check]) -> list[str]:
    """Every problem found by the checks whose blocks are all in ``blocks`` (name -> model)."""
    found: list[str] = []
    for check in checks:
        needed = inspect.signature(check).parameters
        if all(blocks.get(name) is not None for name in needed):
            found += check(**{name: blocks[name] for name in needed})
    return found


def unknown(where: str, names: Iterable[str], known: Iterable[str]) -> list[str]:
    """One problem for each of ``names`` that is not known, with the nearest one that is."""
    known = list(known)
    return [
        f"{where}: unknown name '{name}'{nearest(name, known)}"
        for name in names
        if name not in known
    ]


def of_role(samples: Samples, *roles: Role) -> list[str]:
    """Names of the samples in these roles, in their order."""
    return [name for name, sample in samples.items() if sample.role in roles]


def _training_normalisation(samples: Samples) -> Iterator[str]:
    """Cross-sections of all training samples, or of none: half of them would say nothing."""
    names = of_role(samples, Role.TRAINING)
    without = [name for name in names if samples[name].cross_section_pb is None]
    if 0 < len(without) < len(names):
        given = ", ".join(name for name in names if name not in without)
        for name in without:
            yield (
                f"samples.{name}.cross_section_pb: needed, as {given} of role training have one: "
                "it decides what the samples weigh against each other; give it for all or for none"
            )


def _pileup(samples: Samples, simulation: SimulationConfig) -> Iterator[str]:
    """Of samples that the simulation makes; a chain with a simulation of its own has no block."""
    libraries = of_role(samples, Role.PILEUP)
    without = (Role.PILEUP, Role.VALIDATION)
    for name, sample in samples.items():
        if sample.pileup is None and sample.simulated and sample.role not in without:
            yield (
                f"samples.{name}.pileup: a simulated sample of role '{sample.role}' needs one, the "
                "name of a sample of role 'pileup'"
            )
        if sample.pileup is not None:
            yield from unknown(f"samples.{name}.pileup", [sample.pileup], libraries)


def _sizes(samples: Samples, simulation: SimulationConfig) -> Iterator[str]:
    simulated = [name for name, sample in samples.items() if sample.simulated]
    for key in ("parts", "events_per_part"):
        sizes = getattr(simulation, key)
        yield from unknown(f"simulation.{key}", sizes, simulated)
        for name in simulated:
            if name not in sizes:
                yield f"simulation.{key}: no entry for sample '{name}'"


def _varied(samples: Samples, simulation: SimulationConfig) -> Iterator[str]:
    possible = [
        name for name in of_role(samples, Role.SIGNAL, Role.BACKGROUND) if samples[name].simulated
    ]
    for name, variations in simulation.varied.items():
        where = f"simulation.varied.{name}"
        if name in samples and name not in possible:
            yield f"{where}: only simulated samples of role signal or background can be varied"
        else:
            yield from unknown("simulation.varied", [name], possible)
        weights = [variation for variation in variations if variation in simulation.weights]
        for variation in weights:
            yield (
                f"{where}: {variation} is a weight and needs no simulation; every sample that has "
                "the weight is varied, leave it out here"
            )
        rest = [variation for variation in variations if variation not in weights]
        yield from unknown(where, rest, simulation.responses)


def _forced_electrons(samples: Samples, simulation: SimulationConfig) -> Iterator[str]:
    possible = [name for name in of_role(samples, Role.BACKGROUND) if samples[name].simulated]
    where = "simulation.forced_electrons"
    for name in simulation.forced_electrons:
        if name in samples and name not in possible:
            yield f"{where}.{name}: only simulated samples of role background can be copied"
        else:
            yield from unknown(where, [name], possible)


def _validation(validation: ValidationConfig, samples: Samples) -> Iterator[str]:
    if validation.sample is not None:
        possible = of_role(samples, Role.VALIDATION)
        for problem in unknown("validation.sample", [validation.sample], possible):
            yield f"{problem}; it must be of role validation (null: none)"


def _categories(training: TrainingConfig, variables: Variables) -> Iterator[str]:
    yield from unknown("training.categories", training.categories, variables.categories)


def _ensembles(training: TrainingConfig) -> Iterator[str]:
    for name, members in training.ensembles.items():
        where = f"training.taggers.{name}.members"
        yield from unknown(where, members, training.taggers)
        for member in members:
            if member in training.ensembles:
                yield f"{where}: '{member}' is an ensemble; name the taggers in it instead"
            if member in training.exported:
                yield f"{where}: '{member}' is exported; an ensemble is of taggers that are trained"


def _variables_of_taggers(training: TrainingConfig, variables: Variables) -> Iterator[str]:
    lacking = [
        category
        for category in training.categories
        if category in variables.categories and PT not in variables.of_category(category)
    ]
    for name, settings in training.taggers.items():
        if not isinstance(settings, TaggerSettings):
            continue
        where = f"training.taggers.{name}"
        for key, names in settings.named_variables.items():
            yield from unknown(f"{where}.{key}", names, variables.variables)
        for key in (key for key, used in settings.of_pt.items() if used and lacking):
            yield (
                f"{where}.{key}: needs the variable '{PT}', which these categories lack: "
                f"{', '.join(lacking)}"
            )


def _reference(training: TrainingConfig) -> Iterator[str]:
    yield from unknown("training.reference", [training.reference], training.taggers)
    yield from unknown("training.on_request", training.on_request, training.taggers)
    if training.reference in training.on_request:
        yield (
            f"training.on_request: {training.reference} is training.reference, with which all are "
            "compared; take it out"
        )


def _studies(studies: StudiesConfig, training: TrainingConfig) -> Iterator[str]:
    yield from unknown("studies.tagger", [studies.tagger], training.taggers)
    if studies.tagger in training.ensembles:
        yield f"studies.tagger: '{studies.tagger}' is an ensemble; name one of its members instead"
    if studies.tagger in training.exported and training.trained:
        yield (
            f"studies.tagger: '{studies.tagger}' is exported and cannot be trained again; name one "
            f"of {', '.join(training.trained)}"
        )


def _titles(
    figures: FiguresConfig,
    samples: Samples,
    training: TrainingConfig,
    simulation: SimulationConfig,
) -> Iterator[str]:
    known = ["signal", "background", *samples, *training.taggers, *simulation.variations]
    yield from unknown("figures.titles", figures.titles, known)


def _momenta(
    skimming: SkimmingConfig,
    combination: CombinationConfig,
    training: TrainingConfig,
    figures: FiguresConfig,
) -> Iterator[str]:
    """What is said of the pT of tracks is about tracks that the skim keeps."""
    edges = {
        "combination.working_points.pt_edges": combination.working_points.pt_edges,
        "training.balance.pt_edges": training.balance.pt_edges,
        "figures.pt_edges": figures.pt_edges,
    }
    yield from outside_momenta(edges, skimming)
    low, high = skimming.tracks.pt
    for name, settings in training.taggers.items():
        for boundary in settings.pt_boundaries if isinstance(settings, TaggerSettings) else ():
            if not low < boundary < high:
                where = f"training.taggers.{name}.pt_boundaries"
                yield f"{where}: {boundary:g} GeV does not divide {kept_momenta(skimming)}"


def kept_momenta(skimming: SkimmingConfig) -> str:
    """In words, of which pT the tracks of the skim are."""
    low, high = skimming.tracks.pt
    return f"skimming.tracks.pt [{low:g}, {high:g}] GeV, the tracks that are kept"


def outside_momenta(
    edges: Mapping[str, Sequence[float]], skimming: SkimmingConfig
) -> Iterator[str]:
    """A problem for each of these bins of pT (key -> edges [GeV]) in which no track can be."""
    low, high = skimming.tracks.pt
    for where, values in edges.items():
        if values[-1] <= low or values[0] >= high:
            kept = kept_momenta(skimming)
            yield f"{where}: no bin of {values} GeV is in {kept} (in GeV, not MeV)"


def _reserved(samples: Samples) -> Iterator[str]:
    yield from taken("samples", samples, *RESERVED["samples"])


def _reserved_variables(variables: Variables) -> Iterator[str]:
    for key in ("categories", "variables"):
        where = f"variables.{key}"
        yield from taken(where, getattr(variables, key), *RESERVED[where])


def taken(where: str, names: Iterable[str], meaning: str, reserved: Iterable[str]) -> Iterator[str]:
    """A problem for each of ``names`` that is reserved, with what it means."""
    for name in names:
        if name in reserved:
            yield f"{where}.{name}: '{name}' {meaning}; choose another name"


GENERAL: tuple[Check, ...] = (
    _training_normalisation,
    _pileup,
    _sizes,
    _varied,
    _forced_electrons,
    _categories,
    _reserved,
    _reserved_variables,
    _ensembles,
    _variables_of_taggers,
    _reference,
    _studies,
    _titles,
    _momenta,
    _validation,
)
"""Checks between blocks of the stages; each is made where a chain has its blocks."""
