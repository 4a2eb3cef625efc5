"""Checks that span several blocks of the configuration.

Each check names the blocks it needs as its parameters, so that those whose blocks are in order run
even when another block is wrong, and all problems are reported at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hepchain.config.blinding import BlindingConfig
from hepchain.config.combination import CombinationConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.mass_plane import MassPlaneConfig, point_name
from hepchain.config.names import nearest
from hepchain.config.samples import Role, Sample
from hepchain.config.selection import SelectionConfig
from hepchain.config.simulation import SimulationConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.studies import StudiesConfig
from hepchain.config.training import (
    EVERY_CATEGORY,
    PT,
    CutsConfig,
    EnsembleConfig,
    NetworkConfig,
    TrainingConfig,
)
from hepchain.config.validation import ValidationConfig
from hepchain.config.variables import Variables
from hepchain.variations import MARK

Samples = Mapping[str, Sample]


def problems(blocks: Mapping[str, Any]) -> list[str]:
    """Every problem found by the checks whose blocks are all in ``blocks`` (name -> model)."""
    found: list[str] = []
    for check in CHECKS:
        needed = inspect.signature(check).parameters
        if all(name in blocks for name in needed):
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
    """Names of the samples in these roles, in the order of the file."""
    return [name for name, sample in samples.items() if sample.role in roles]


def _roles(samples: Samples) -> Iterator[str]:
    for role in (Role.TRAINING, Role.SIGNAL, Role.BACKGROUND):
        if not of_role(samples, role):
            yield f"samples: none of role '{role}'"


def _pileup(samples: Samples) -> Iterator[str]:
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


def _names(samples: Samples) -> Iterator[str]:
    for name in samples:
        if MARK in name:
            yield (
                f"samples.{name}: '{MARK}' stands between a sample and its variation "
                f"(simulation.varied); choose a name without it"
            )


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


def _validation(validation: ValidationConfig, samples: Samples) -> Iterator[str]:
    if validation.sample is not None:
        possible = of_role(samples, Role.VALIDATION)
        for problem in unknown("validation.sample", [validation.sample], possible):
            yield f"{problem}; it must be of role validation (null: none)"


def _categories(training: TrainingConfig, variables: Variables) -> Iterator[str]:
    yield from unknown("training.categories", training.categories, variables.categories)


def _reserved(variables: Variables) -> Iterator[str]:
    if EVERY_CATEGORY in variables.categories:
        yield f"variables.categories: '{EVERY_CATEGORY}' stands for all of them; rename it"


def _ensembles(training: TrainingConfig) -> Iterator[str]:
    for name, members in training.ensembles.items():
        where = f"training.taggers.{name}.members"
        yield from unknown(where, members, training.taggers)
        for member in dict.fromkeys(members):
            if member in training.ensembles:
                yield f"{where}: '{member}' is an ensemble; name the taggers in it instead"
            if members.count(member) > 1:
                yield f"{where}: '{member}' is named {members.count(member)} times"


def _cuts(training: TrainingConfig, variables: Variables) -> Iterator[str]:
    for name, settings in training.taggers.items():
        if isinstance(settings, CutsConfig):
            where = f"training.taggers.{name}.variables"
            yield from unknown(where, settings.variables, variables.variables)


def _pt_wanted(training: TrainingConfig, variables: Variables) -> Iterator[str]:
    lacking = [
        category
        for category in training.categories
        if category in variables.categories and PT not in variables.of_category(category)
    ]
    for name, settings in training.taggers.items():
        if isinstance(settings, EnsembleConfig):
            continue
        conditioned = isinstance(settings, NetworkConfig) and settings.conditioned
        for key, used in (("pt_boundaries", settings.pt_boundaries), ("conditioned", conditioned)):
            if used and lacking:
                yield (
                    f"training.taggers.{name}.{key}: needs the variable '{PT}', which these "
                    f"categories lack: {', '.join(lacking)}"
                )


def _tagger(selection: SelectionConfig, training: TrainingConfig) -> Iterator[str]:
    yield from unknown("selection.tagger", [selection.tagger], training.taggers)
    yield from unknown("training.reference", [training.reference], training.taggers)


def _studies(studies: StudiesConfig, training: TrainingConfig) -> Iterator[str]:
    yield from unknown("studies.tagger", [studies.tagger], training.taggers)
    if studies.tagger in training.ensembles:
        yield f"studies.tagger: '{studies.tagger}' is an ensemble; name one of its members instead"


def _working_points(combination: CombinationConfig, samples: Samples) -> Iterator[str]:
    signals = of_role(samples, Role.SIGNAL)
    name, where = combination.working_points.sample, "combination.working_points.sample"
    if name in samples and name not in signals:
        yield (
            f"{where}: '{name}' is of role {samples[name].role}; the fake rate is that of the "
            f"hadrons in a simulated signal: name one of {', '.join(signals)}"
        )
    else:
        yield from unknown(where, [name], signals)


def _blinding(blinding: BlindingConfig, samples: Samples) -> Iterator[str]:
    if blinding.open and not of_role(samples, Role.DATA):
        yield "blinding.open: there is nothing to open, no sample is of role data; set it to false"


def _titles(
    figures: FiguresConfig,
    samples: Samples,
    training: TrainingConfig,
    simulation: SimulationConfig,
) -> Iterator[str]:
    known = [*samples, *training.taggers, *simulation.variations]
    yield from unknown("figures.titles", figures.titles, known)


def _isolation(selection: SelectionConfig, skimming: SkimmingConfig) -> Iterator[str]:
    wanted, made = (
        selection.candidate.isolation.constituent_pt,
        skimming.isolation.constituent_pt,
    )
    if wanted not in made:
        yield (
            f"selection.candidate.isolation.constituent_pt: {wanted} is not one of "
            f"skimming.isolation.constituent_pt {made}"
        )


def _mass_plane(samples: Samples, mass_plane: MassPlaneConfig | None) -> Iterator[str]:
    if mass_plane is None:
        return
    where, name = "mass_plane.template", mass_plane.template
    simulated = [name for name in of_role(samples, Role.SIGNAL) if samples[name].simulated]
    for problem in unknown(where, [name], simulated):
        yield f"{problem}; it must be a simulated signal"
    for point in map(point_name, mass_plane.masses):
        if point in samples:
            yield f"samples.{point}: is the name of a point of mass_plane; choose another"


CHECKS: tuple[Callable[..., Iterable[str]], ...] = (
    _roles,
    _pileup,
    _sizes,
    _names,
    _varied,
    _categories,
    _reserved,
    _ensembles,
    _cuts,
    _pt_wanted,
    _tagger,
    _studies,
    _working_points,
    _blinding,
    _titles,
    _isolation,
    _validation,
    _mass_plane,
)
