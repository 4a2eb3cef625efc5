"""Checks of the chain that span several blocks, beside those of the stages that it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hepchain.chains.soft_electrons.config.blinding import BlindingConfig
from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.config.mass_plane import MassPlaneConfig, point_name
from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.config.statistics import (
    CHOSEN,
    MatchedCandidates,
    StatisticsConfig,
    at_of,
)
from hepchain.config.combination import CombinationConfig
from hepchain.config.consistency import (
    Samples,
    kept_momenta,
    of_role,
    outside_momenta,
    taken,
    unknown,
)
from hepchain.config.samples import Role
from hepchain.config.simulation import SimulationConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.training import TrainingConfig
from hepchain.config.variables import Variables

COLUMNS = (
    *("charge", "quality", "tight_primary"),
    *("truth_pdg_id", "truth_origin", "truth_is_pileup", "truth_pt", "truth_vertex_radius"),
)
"""Columns of its tables of tracks, beside those of every chain."""


def _roles(samples: Samples) -> Iterator[str]:
    for role in (Role.SIGNAL, Role.BACKGROUND):
        if not of_role(samples, role):
            yield f"samples: none of role '{role}'"


def _training_samples(samples: Samples, training: TrainingConfig) -> Iterator[str]:
    if training.trained and not of_role(samples, Role.TRAINING):
        yield (
            f"samples: none of role '{Role.TRAINING}', on which {', '.join(training.trained)} "
            "could be trained"
        )


def _tagger(selection: SelectionConfig, training: TrainingConfig) -> Iterator[str]:
    yield from unknown("selection.tagger", [selection.tagger], training.taggers)
    if selection.tagger in training.on_request:
        yield (
            f"training.on_request: {selection.tagger} is selection.tagger, on which the results "
            "rest; take it out"
        )


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


def _approaches(statistics: StatisticsConfig, combination: CombinationConfig) -> Iterator[str]:
    known = combination.working_points.others
    for name, approach in statistics.approaches.items():
        at = at_of(approach)
        if at not in (None, CHOSEN):
            yield from unknown(f"statistics.approaches.{name}.at", [at], known)
    if statistics.choice is not None:
        chosen_from = statistics.choice.working_points
        yield from unknown("statistics.choice.working_points", chosen_from, known)
    if CHOSEN in known:
        yield f"combination.working_points.others.{CHOSEN}: has a meaning of its own; rename it"


def _copied(simulation: SimulationConfig, selection: SelectionConfig) -> Iterator[str]:
    """Copies with forced electrons hold all that is selected."""
    largest = selection.candidate.delta_r[1]
    for name, forced in simulation.forced_electrons.items():
        where = f"simulation.forced_electrons.{name}"
        if forced.min_met > selection.met:
            yield (
                f"{where}.min_met: {forced.min_met:g} GeV is above selection.met, "
                f"{selection.met:g} GeV: events would be missing; lower it"
            )
        if forced.delta_r < largest:
            yield (
                f"{where}.delta_r: {forced.delta_r:g} is below selection.candidate.delta_r[1], "
                f"{largest:g}: candidates would be missing; raise it"
            )


def _blinding(blinding: BlindingConfig, samples: Samples) -> Iterator[str]:
    if blinding.open and not of_role(samples, Role.DATA):
        yield "blinding.open: there is nothing to open, no sample is of role data; set it to false"


def _isolation(selection: SelectionConfig, skimming: SkimmingConfig) -> Iterator[str]:
    wanted = selection.candidate.isolation.constituent_pt
    made = [] if skimming.isolation is None else skimming.isolation.constituent_pt
    if wanted not in made:
        yield (
            f"selection.candidate.isolation.constituent_pt: {wanted} is not one of "
            f"skimming.isolation.constituent_pt {made}"
        )


def _discriminants(
    event_classifier: EventClassifierConfig, statistics: StatisticsConfig
) -> Iterator[str]:
    names = [event_classifier.discriminant]
    yield from unknown("event_classifier.discriminant", names, statistics.scan.discriminants)


def _mass_plane(samples: Samples, mass_plane: MassPlaneConfig) -> Iterator[str]:
    where, name = "mass_plane.template", mass_plane.template
    simulated = [name for name in of_role(samples, Role.SIGNAL) if samples[name].simulated]
    for problem in unknown(where, [name], simulated):
        yield f"{problem}; it must be a simulated signal"
    for point in map(point_name, mass_plane.masses):
        if point in samples:
            yield f"samples.{point}: is the name of a point of mass_plane; choose another"


def _reserved(variables: Variables) -> Iterator[str]:
    what = "is a column that every table of tracks has"
    yield from taken("variables.variables", variables.variables, what, COLUMNS)


def _reserved_approaches(statistics: StatisticsConfig) -> Iterator[str]:
    what = "is the fit of the same-sign region"
    yield from taken("statistics.approaches", statistics.approaches, what, ["control_region"])


def _momenta(
    selection: SelectionConfig, skimming: SkimmingConfig, statistics: StatisticsConfig
) -> Iterator[str]:
    """What is said of the pT of candidates is about tracks that the skim keeps."""
    low, high = skimming.tracks.pt
    wanted = selection.candidate.pt
    if wanted[0] < low or wanted[1] > high:
        yield (
            f"selection.candidate.pt: [{wanted[0]:g}, {wanted[1]:g}] GeV is not within "
            f"{kept_momenta(skimming)}; narrow it (both in GeV, not MeV), or widen those"
        )
    edges: dict[str, list[float]] = {}
    for name, approach in statistics.approaches.items():
        if isinstance(approach, MatchedCandidates):
            every = {"": approach, **approach.alternatives}
            for other, matching in every.items():
                where = f"alternatives.{other}." if other else ""
                edges[f"statistics.approaches.{name}.{where}pt_edges"] = matching.pt_edges
    yield from outside_momenta(edges, skimming)


CHECKS: tuple[Callable[..., Iterable[str]], ...] = (
    _roles,
    _training_samples,
    _tagger,
    _working_points,
    _approaches,
    _copied,
    _blinding,
    _isolation,
    _discriminants,
    _mass_plane,
    _reserved,
    _reserved_approaches,
    _momenta,
)
