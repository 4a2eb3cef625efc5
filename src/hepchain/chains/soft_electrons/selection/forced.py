"""Candidates among forced electrons, each with the probability that its event has it by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.selection import SelectionConfig
from hepchain.chains.soft_electrons.labels import can_be_forced
from hepchain.chains.soft_electrons.selection.candidates import Events
from hepchain.chains.soft_electrons.selection.files import (
    Candidates,
    weight_factors,
    write_candidates,
)
from hepchain.chains.soft_electrons.selection.job import (
    SelectionInputs,
    candidates_of,
    read_events,
    select_part,
)
from hepchain.chains.soft_electrons.selection.tag_rates import (
    NOMINAL,
    Applied,
    with_probabilities,
)
from hepchain.config.simulation import FORCED_COPIES
from hepchain.config.skimming import Isolation
from hepchain.io.parquet import read_parquet
from hepchain.io.structured import read_json, write_json
from hepchain.selection.kinematics import delta_r
from hepchain.selection.matching import ABSENT, match_events
from hepchain.selection.working_point import WorkingPoint
from hepchain.statistics.yields import Yield

LOGGER = logging.getLogger(__name__)

SAME_DIRECTION = 0.05
"""Distance of a standard electron from the generated one that it is."""


@dataclass(frozen=True)
class Originals:
    """What the selection makes of the sample itself, and the events of its skim."""

    events: Sequence[Path]
    """One file a part."""
    table: Path
    same_sign: Path


@dataclass(frozen=True)
class ForcedOutputs:
    """Files to write."""

    table: Path
    same_sign: Path
    report: Path


def select_forced(
    inputs: SelectionInputs,
    originals: Originals,
    outputs: ForcedOutputs,
    config: SelectionConfig,
    isolation: Isolation,
    points: Mapping[str, float],
) -> None:
    """Candidates among the forced electrons of a sample, of opposite and of the same charge.

    Parameters
    ----------
    inputs : of the copies
    points : mass point -> mass splitting [GeV]

    Raises
    ------
    InputError : as of the selection itself
    """
    factors = weight_factors(inputs.events)
    paths = zip(inputs.events, inputs.tracks, strict=True)
    parts = [select_part(*both, config, isolation, factors) for both in paths]
    content = read_json(inputs.working_points)
    working_point = WorkingPoint.from_content(content, config.working_point)
    others = WorkingPoint.others(content)
    made, opposite = candidates_of(parts, inputs.scores, working_point, config, points)
    every = {NOMINAL: working_point, **others}
    made = with_probabilities(
        made, {name: Applied.counted(made, at, "forced") for name, at in every.items()}
    )
    chosen = can_be_forced(made.truth_origin, made.truth_is_pileup)
    events = Events.concatenate([read_events(path, config, ())[0] for path in originals.events])
    share = share_of_hard_electrons(events, originals.events)
    found, kept = with_presence(made.take(chosen), events, share)
    opposite = opposite[chosen][kept]
    for path, rows in ((outputs.table, opposite), (outputs.same_sign, ~opposite)):
        write_candidates(path, found.take(rows), factors, points, others)
    yields = {
        "forced": forced_yield(found),
        "natural": natural_yield([originals.table, originals.same_sign]),
    }
    write_json(outputs.report, {name: asdict(item) for name, item in yields.items()})
    for name, item in yields.items():
        LOGGER.info("%s electrons among the candidates of both charges: %s per fb-1", name, item)
    LOGGER.info("the electron is that of the hard process in %.3f of the selected events", share)
    LOGGER.info("%d of events that are not selected themselves are left out", (~kept).sum())


def forced_yield(candidates: Candidates) -> Yield:
    """Forced electrons [fb], the weights of an event in one sum."""
    _, row = np.unique(candidates.event_number, return_inverse=True)
    return Yield.of(np.bincount(row, candidates.weight * candidates.presence))


def natural_yield(tables: Sequence[Path]) -> Yield:
    """Those that happened by themselves, of which there are few [fb]."""
    found = []
    for path in tables:
        rows = read_parquet(path, ["weight", "truth_origin", "truth_is_pileup"])
        origin, is_pileup = (ak.to_numpy(rows[f"truth_{name}"]) for name in ("origin", "is_pileup"))
        found.append(ak.to_numpy(rows["weight"])[can_be_forced(origin, is_pileup)])
    return Yield.of(np.concatenate(found))


def share_of_hard_electrons(selected: Events, events: Sequence[Path]) -> float:
    """Share of the selected events, by weight, whose electron is that of the hard process.

    In the others it is of a conversion itself, say; these have no copies.

    Parameters
    ----------
    events : of the skim, one file a part
    """
    order = np.argsort(selected.event_number, kind="stable")
    hard = np.zeros(len(selected), dtype=np.bool_)
    for path in events:
        table = read_parquet(path, ["event_number", "truth_electron_eta", "truth_electron_phi"])
        counts = ak.to_numpy(ak.num(table["truth_electron_eta"]))
        number = np.repeat(ak.to_numpy(table["event_number"]), counts)
        found = match_events(selected.event_number[order], number)
        eta, phi = (
            ak.to_numpy(ak.flatten(table[f"truth_electron_{name}"]))[found != ABSENT]
            for name in ("eta", "phi")
        )
        row = order[found[found != ABSENT]]
        apart = delta_r(eta, phi, selected.electron_eta[row], selected.electron_phi[row])
        hard[row[apart < SAME_DIRECTION]] = True
    total = float(selected.weight.sum())
    return float(selected.weight[hard].sum()) / total if total else 1.0


def with_presence(
    candidates: Candidates, originals: Events, share: float = 1.0
) -> tuple[Candidates, npt.NDArray[np.bool_]]:
    """Candidates of copies as candidates of their events, and which of them stayed.

    The weight of a copy is that of its event times the probability that this has its electron; the
    candidate gets the one as weight and the other as ``presence``.

    Parameters
    ----------
    share : of the events that have copies; the others are taken to have as many such electrons
    """
    number = candidates.event_number // FORCED_COPIES
    order = np.argsort(originals.event_number, kind="stable")
    row = match_events(originals.event_number[order], number)
    kept = row != ABSENT
    weight = originals.weight[order][row[kept]].astype(np.float64)
    candidates = candidates.take(kept)
    covered = weight * share
    presence = np.divide(
        candidates.weight, covered, out=np.zeros(len(weight)), where=covered != 0.0
    )
    return (
        replace(candidates, event_number=number[kept], weight=weight, presence=presence),
        kept,
    )
