"""The response stage for one part of a sample: generated events in, ntuple out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

from hepchain.errors import StageError
from hepchain.io import iterate_parquet, read_json
from hepchain.simulation.response.arrays import Columns, FloatArray, IntArray
from hepchain.simulation.response.crossing import Crossing, PileupLibrary, overlay
from hepchain.simulation.response.draws import child_keys, root_key
from hepchain.simulation.response.forced import ToCopy, forced_copies
from hepchain.simulation.response.ntuple import Block, NtupleWriter, Objects
from hepchain.simulation.response.objects import (
    Electrons,
    smear_jets,
    smear_met,
    standard_electrons,
)
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.particles import from_generated, weights_of
from hepchain.simulation.response.tracks import Tracks, reconstruct
from hepchain.simulation.truth import TruthOrigin

logger = logging.getLogger(__name__)

BLOCK = 200
"""Events simulated at once: their arrays stay in the cache of a core, which is a fifth quicker."""


def respond(
    sample: str,
    seed: int,
    *,
    training: bool,
    generated: Path,
    metadata: Path,
    library: list[Path] | None,
    parameters: ResponseParameters,
    output: Path,
    to_copy: ToCopy | None = None,
) -> None:
    """Simulate the detector for one part of a sample and write its ntuple.

    Streams row group by row group. Every random number hangs on the seed, the sample, the number of
    the event and the particle: cutting the sample into other parts changes nothing.

    Parameters
    ----------
    sample : name that the random numbers hang on; variations of a sample share its name
    training : whether the sample is one to train on (see ``crossing.overlay``)
    generated, metadata : the two files of the generation
    library : the generated parts of the sample's pile-up; None: of it there are only vertices
    to_copy : to write copies of events with forced electrons in place of the events

    Raises
    ------
    InputError : a missing, unreadable or empty input
    StageError : no event can be copied
    """
    root = root_key(seed, sample, "response")
    pileup = None if library is None else PileupLibrary.read(library)
    tracks = 0
    with NtupleWriter.open(output, read_json(metadata)) as ntuple:
        for events in iterate_parquet(generated):
            made = (
                _block(
                    events[i : i + BLOCK], root, pileup, parameters, generated, training, to_copy
                )
                for i in range(0, len(events), BLOCK)
            )
            blocks = [block for block in made if block is not None]
            if blocks:
                ntuple.write(blocks)
            tracks += sum(int(block.groups["track"].counts.sum()) for block in blocks)
        if to_copy is not None and not ntuple.events:
            raise StageError(f"{generated}: {to_copy.nothing(sample)}")
    logger.info("%d events, %d tracks", ntuple.events, tracks)


def _block(
    events: ak.Array,
    root: np.uint64,
    pileup: PileupLibrary | None,
    p: ResponseParameters,
    where: Path,
    training: bool,
    to_copy: ToCopy | None,
) -> Block | None:
    """Events as the detector sees them, or their copies; None if there is not one of them."""
    if to_copy is not None:
        events = events[to_copy.wanted(events)]
    keys = child_keys(root, ak.to_numpy(events["event_number"]))
    hard = from_generated(events, keys, where)
    crossing = overlay(hard, keys, pileup, p.crossing, training=training)
    if to_copy is not None:
        copies = forced_copies(crossing, p.material, to_copy.copying)
        events, keys, crossing = copies.of(events), keys[copies.event], copies.crossing
    n = len(events)
    if n == 0:
        return None
    tracks = reconstruct(crossing, p, photons_convert=to_copy is None)
    electrons = standard_electrons(tracks.particles, p)
    counts = _counts(tracks.particles.event, n)
    first = np.cumsum(counts) - counts
    groups = {
        "vertex": Objects(_counts(crossing.vertex_event, n), {"z": crossing.vertex_z}),
        "electron": _electrons(electrons, tracks, first, n),
        "jet": Objects.from_jagged(smear_jets(events, p.jets, keys)),
        "track": Objects(counts, _track_columns(tracks)),
        "truth_track": Objects(counts, _truth(tracks)),
        "truth_electron": _truth_electrons(crossing, tracks, first, n),
    }
    return Block(_event_columns(events, crossing, smear_met(events, p.met, keys)), groups)


def _event_columns(
    events: ak.Array, crossing: Crossing, met: dict[str, FloatArray]
) -> dict[str, Any]:
    return {
        "event_number": ak.to_numpy(events["event_number"]),
        **{name: ak.to_numpy(events[name]) for name in weights_of(events)},
        "mu": crossing.mu,
        **met,
        **{name: ak.to_numpy(events[name]) for name in ("truth_met", "truth_met_phi")},
        "truth_m_ee": ak.to_numpy(events["m_ee"]),
        "truth_cos_theta_star": ak.to_numpy(events["cos_theta_star"]),
        "truth_system_pt": ak.to_numpy(events["system_pt"]),
    }


def _electrons(electrons: Electrons, tracks: Tracks, first: IntArray, n: int) -> Objects:
    track = electrons.track
    event = tracks.particles.event[track]
    columns = {
        "pt": electrons.pt,
        "eta": tracks.columns["eta"][track],
        "phi": tracks.columns["phi"][track],
        "charge": tracks.columns["charge"][track].astype(np.int64),
        "lh_very_loose": electrons.very_loose.astype(np.int64),
        "track_index": track - first[event],
    }
    return Objects(_counts(event, n), columns)


def _counts(event: IntArray, n: int) -> IntArray:
    return np.bincount(event, minlength=n)


def _track_columns(tracks: Tracks) -> Columns:
    """Counts that can be absent are floats in the ntuple, since NaN marks absence."""
    integers = {"charge", "vertex_index"}
    return {
        name: values.astype(np.int64 if name in integers else np.float64)
        for name, values in tracks.columns.items()
    }


def _truth(tracks: Tracks) -> Columns:
    particles = tracks.particles
    return {
        "pdg_id": np.where(particles.is_fake, 0, particles.pdg_id),
        "origin": particles.origin,
        "is_pileup": (particles.collision > 0).astype(np.int64),
        "pt": particles.pt,
        "eta": particles.eta,
        "phi": particles.phi,
        "vertex_radius": particles.radius,
    }


def _truth_electrons(crossing: Crossing, tracks: Tracks, first: IntArray, n: int) -> Objects:
    """Electrons of the hard process with the position of their track, -1 for those without."""
    particles = crossing.particles
    track_of = np.full(len(particles), -1)
    position = np.arange(len(tracks.particles)) - first[tracks.particles.event]
    primary = tracks.particles.serial >= 0
    track_of[tracks.particles.serial[primary]] = position[primary]
    electrons = particles.take(particles.origin == TruthOrigin.HARD_ELECTRON)
    columns = {
        "pt": electrons.pt,
        "eta": electrons.eta,
        "phi": electrons.phi,
        "charge": electrons.charge,
        "track_index": track_of[electrons.serial],
    }
    return Objects(_counts(electrons.event, n), columns)
