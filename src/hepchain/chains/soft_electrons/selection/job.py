"""One sample through the pseudo signal region: skim and scores in, candidates and cut-flows out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.selection.candidates import (
    Events,
    Tracks,
    all_cuts,
    candidate_cuts,
    candidate_masks,
    candidate_mass,
    cumulative,
    event_cuts,
    mass_masks,
    select_events,
    skim_cut,
    track_mask,
)
from hepchain.chains.soft_electrons.selection.files import (
    Candidates,
    Scores,
    cone_column,
    iterate_events,
    iterate_tracks,
    read_scores,
    weight_factors,
    write_candidates,
)
from hepchain.chains.soft_electrons.selection.tag_rates import (
    NOMINAL,
    Applied,
    applied,
    measured,
    with_probabilities,
)
from hepchain.config.skimming import Isolation
from hepchain.errors import InputError
from hepchain.io.structured import read_json, write_json
from hepchain.selection.cutflow import CutFlowLine, Tally, make_lines, merge, tally_flags
from hepchain.selection.kinematics import delta_r
from hepchain.selection.matching import ABSENT, match_events
from hepchain.selection.working_point import WorkingPoint

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class SelectionInputs:
    """Files of one sample."""

    events: Sequence[Path]
    """Events of the skim, one file a part."""
    tracks: Sequence[Path]
    """Tracks of the skim, the same parts in the same order."""
    scores: Path
    """Scores of all parts by the configured tagger."""
    working_points: Path
    """Working points of that tagger."""


@dataclass(frozen=True)
class Pairs:
    """Tracks and events, row i of the ones with row i of the others."""

    tracks: Tracks
    events: Events

    @classmethod
    def concatenate(cls, pairs: Sequence[Pairs]) -> Pairs:
        """Pairs one below the other; at least one."""
        return cls(
            Tracks.concatenate([item.tracks for item in pairs]),
            Events.concatenate([item.events for item in pairs]),
        )


@dataclass(frozen=True)
class Part:
    """Candidates of one part."""

    opposite: Pairs
    """Of opposite charge: the candidates of the signal region."""
    same: Pairs
    """Of the same charge, otherwise alike."""
    tallies: dict[str, Tally]
    """Of the former."""


def run_selection(
    inputs: SelectionInputs,
    table: Path,
    cutflow: Path,
    config: SelectionConfig,
    isolation: Isolation,
    points: Mapping[str, float],
    closed: bool = False,
    same_sign: Path | None = None,
    rates: Path | None = None,
    measures_rates: bool = False,
) -> None:
    """Select one sample.

    Parameters
    ----------
    isolation : how the skim has made the cone sums
    points : mass point -> mass splitting [GeV]; each has a cut-flow, and a column of ``table``
    closed : for data: nothing that is written or logged tells of candidates in any signal region
    same_sign : file for candidates of the electron's own charge, a control region
    rates : file for the closure of the tag rates of hadrons
    measures_rates : for a background: hadrons get tag rates; all others are counted

    Raises
    ------
    InputError : a file lacks a column, an event number occurs twice, a candidate has no score
    """
    factors = weight_factors(inputs.events)
    paths = zip(inputs.events, inputs.tracks, strict=True)
    parts = [select_part(*both, config, isolation, factors) for both in paths]
    tallies = merge(*(part.tallies for part in parts))
    content = read_json(inputs.working_points)
    working_point = WorkingPoint.from_content(content, config.working_point)
    others = WorkingPoint.others(content)
    made, opposite = candidates_of(parts, inputs.scores, working_point, config, points)
    every = {NOMINAL: working_point, **others}
    found = {
        name: Applied.counted(made, at, "counted: not a background") for name, at in every.items()
    }
    if measures_rates:
        column = cone_column(isolation.cone, config.candidate.isolation.constituent_pt)
        known = measured(inputs.tracks, inputs.scores, column, made, every, config)
        found = {name: applied(known[name], made, at, config) for name, at in every.items()}
    if rates is not None:
        contents = {name: item.content() for name, item in found.items()}
        write_json(rates, {**contents.pop(NOMINAL), "others": contents})
    made = with_probabilities(made, found)
    candidates, same = made.take(opposite), made.take(~opposite)
    if closed:
        LOGGER.info("the signal region is closed: blinding.open is false")
        # Control regions stay; with a later line of the cut-flow they would tell what is closed.
        passes = candidates.passes_tagger | (candidates.others[:, :, 0] > 0.0).any(axis=1)
        candidates = candidates.take(~(candidates.regions.any(axis=1) & passes))
        flows = dict.fromkeys(points, make_lines([skim_cut(), *event_cuts(config)], tallies))
    else:
        flows = {name: cutflow_of(candidates, tallies, config, at) for name, at in points.items()}
    write_candidates(table, candidates, factors, points, others)
    if same_sign is not None:
        write_candidates(same_sign, same, factors, points, others)
    write_json(cutflow, {name: [asdict(line) for line in flow] for name, flow in flows.items()})
    _log(flows)


def candidates_of(
    parts: Sequence[Part],
    scores_path: Path,
    working_point: WorkingPoint,
    config: SelectionConfig,
    points: Mapping[str, float],
) -> tuple[Candidates, npt.NDArray[np.bool_]]:
    """Candidates of all parts, and which are of opposite charge; the scores are read once."""
    opposite = Pairs.concatenate([part.opposite for part in parts])
    same = Pairs.concatenate([part.same for part in parts])
    both = Pairs.concatenate([opposite, same])
    scores = read_scores(scores_path, both.tracks.event_number, both.tracks.track_index)
    made = make_candidates(both, scores, working_point, config, points)
    order = np.lexsort((made.track_index, made.event_number))
    return made.take(order), order < len(opposite.tracks)


def select_part(
    events_path: Path,
    tracks_path: Path,
    config: SelectionConfig,
    isolation: Isolation,
    factors: Sequence[str],
) -> Part:
    """Candidates of one part of a sample.

    The tracks are read chunk by chunk: memory holds the selected events of the part, one chunk of
    its tracks, and the candidates.

    Parameters
    ----------
    factors : columns of varied weights of the events
    """
    events, event_tallies = read_events(events_path, config, factors)
    column = cone_column(isolation.cone, config.candidate.isolation.constituent_pt)
    counts = {cut.name: np.zeros(len(events), dtype=np.int64) for cut in candidate_cuts(config)}
    opposite, same = [], []
    for chunk in iterate_tracks(tracks_path, column):
        row = match_events(events.event_number, chunk.event_number)
        chunk, row = chunk.take(row != ABSENT), row[row != ABSENT]
        of_track = events.take(row)
        masks = candidate_masks(chunk, of_track, config, isolation)
        for name, mask in cumulative(masks).items():
            counts[name] += np.bincount(row[mask], minlength=len(events))
        every = np.all([*masks.values()], axis=0)
        opposite.append(Pairs(chunk.take(every), of_track.take(every)))
        masks["track"] = track_mask(chunk, of_track, config, same_sign=True)
        every = np.all([*masks.values()], axis=0)
        same.append(Pairs(chunk.take(every), of_track.take(every)))
    candidate_tallies = {name: tally_flags(events.weight, n) for name, n in counts.items()}
    return Part(
        Pairs.concatenate(opposite),
        Pairs.concatenate(same),
        {**event_tallies, **candidate_tallies},
    )


def read_events(
    path: Path, config: SelectionConfig, factors: Sequence[str]
) -> tuple[Events, dict[str, Tally]]:
    """Events of a part that pass the requirements on events, by rising number."""
    selected, tallies = [], []
    for chunk in iterate_events(path, config.electron.identification, factors):
        events, tally = select_events(chunk, config, factors)
        selected.append(events)
        tallies.append(tally)
    events = Events.concatenate(selected)
    events = events.take(np.argsort(events.event_number, kind="stable"))
    twice = events.event_number[1:][np.diff(events.event_number) == 0]
    if len(twice):
        raise InputError(
            f"{path}: event number {twice[0]} occurs more than once; "
            "event numbers must be unique within a sample"
        )
    return events, merge(*tallies)


def make_candidates(
    pairs: Pairs,
    scores: Scores,
    working_point: WorkingPoint,
    config: SelectionConfig,
    points: Mapping[str, float],
) -> Candidates:
    """Table of candidates, in the order of the pairs."""
    tracks, events = pairs.tracks, pairs.events
    mass = candidate_mass(tracks, events)
    passes = working_point.passes(scores.score, tracks.pt)
    regions = [
        np.all([*mass_masks(mass, config, splitting).values()], axis=0)
        for splitting in points.values()
    ]
    return Candidates(
        event_number=events.event_number,
        track_index=tracks.track_index,
        weight=events.weight,
        weight_factors=events.weight_factors,
        regions=np.stack(regions, axis=1),
        mass=mass,
        score=scores.score,
        passes_tagger=passes,
        tag_rate=passes.astype(np.float64),
        tag_rate_up=passes.astype(np.float64),
        others=np.zeros((len(passes), 0, 3)),
        presence=np.ones(len(passes)),
        label=scores.label,
        category=scores.category,
        truth_pdg_id=tracks.truth_pdg_id,
        truth_origin=tracks.truth_origin,
        truth_is_pileup=tracks.truth_is_pileup,
        pt=tracks.pt,
        eta=tracks.eta,
        phi=tracks.phi,
        electron_pt=events.electron_pt,
        electron_eta=events.electron_eta,
        electron_phi=events.electron_phi,
        delta_r=delta_r(tracks.eta, tracks.phi, events.electron_eta, events.electron_phi),
        met=events.met,
        met_phi=events.met_phi,
        leading_jet_pt=events.leading_jet_pt,
    )


def cutflow_of(
    candidates: Candidates,
    tallies: Mapping[str, Tally],
    config: SelectionConfig,
    splitting: float,
) -> list[CutFlowLine]:
    """Cut-flow of a mass point: the common ``tallies`` and the cuts that depend on the point."""
    of_mass = mass_masks(candidates.mass, config, splitting)
    masks = cumulative({**of_mass, "tagger": candidates.passes_tagger})
    _, first, event = np.unique(candidates.event_number, return_index=True, return_inverse=True)
    weight = candidates.weight[first]
    final = {
        name: tally_flags(weight, np.bincount(event[mask], minlength=len(weight)))
        for name, mask in masks.items()
    }
    return make_lines(all_cuts(config, splitting), {**tallies, **final})


def _log(flows: Mapping[str, Iterable[CutFlowLine]]) -> None:
    for point, flow in flows.items():
        LOGGER.info("cut-flow of %s: events, weighted yield", point)
        for line in flow:
            LOGGER.info("%8d %12.4g %s", line.events, line.weighted, line.title)
