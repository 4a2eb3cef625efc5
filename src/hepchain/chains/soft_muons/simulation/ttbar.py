"""Process ``ttbar``: muons in jets of top-quark pairs, straight to the ntuple."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.chains.soft_muons.config.production import ENERGIES, Campaign, ProductionConfig
from hepchain.chains.soft_muons.generation import ttbar
from hepchain.chains.soft_muons.generation.candidates import MIN_PT, Candidates, fakes, muons
from hepchain.chains.soft_muons.generation.redecay import Redecay
from hepchain.chains.soft_muons.response.combined import reconstruct
from hepchain.chains.soft_muons.response.parameters import MuonResponse
from hepchain.identity import EVENTS_PER_PART
from hepchain.seeds import generator, integer_seed
from hepchain.simulation.generation.jets import Jets, find_jets
from hepchain.simulation.generation.pythia import PythiaRun
from hepchain.simulation.generation.record import Booleans, Integers
from hepchain.simulation.response.ntuple import Block, NtupleWriter, Objects

BATCH = 250
"""Events generated at a time, a matter of memory."""
SHOWERS = {"simple": 1, "vincia": 2, "dire": 3}
"""PartonShowers:model of Pythia."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One part of a sample."""

    sample: str
    keys: Mapping[str, Any]
    """Of the sample, that its events depend on."""
    part: int
    seed: int
    production: ProductionConfig
    response: MuonResponse

    @property
    def settings(self) -> dict[str, Any]:
        """Of Pythia."""
        own = {
            "Beams:eCM": ENERGIES[Campaign(self.keys["campaign"])],
            "PartonShowers:model": SHOWERS[self.keys["shower"]],
            "Tune:pp": self.keys["tune"],
        }
        return {**ttbar.SETTINGS, **own, **ttbar.DECAYS[self.part % len(ttbar.DECAYS)]}

    def named_seed(self, purpose: str) -> int:
        """Seed of a generator of this job."""
        return integer_seed(self.seed, "soft_muons", self.sample, self.part, purpose)


def write(job: Job, path: str | Path) -> None:
    """Write the ntuple of one job: events that pass the selection, and the muons in their jets.

    Raises
    ------
    StageError : Pythia does not start, or keeps far too few events
    """
    run = PythiaRun(job.settings, job.named_seed("pythia"), ttbar.LeptonAndJetsVeto())
    redecay = Redecay(job.named_seed("decays"))
    random = generator(job.seed, "soft_muons", job.sample, job.part, "muons")
    parts, events = [], 0
    while events < job.production.events:
        found, number = _batch(job, run, redecay, random, events)
        parts.append(found)
        events += number
        logger.info("%d events of %d hard processes", events, run.trials)
    candidates = Candidates.joined(parts)
    candidates = candidates.take(candidates.event < job.production.events)
    _write(job, candidates, random, path)


def _batch(
    job: Job, run: PythiaRun, redecay: Redecay, random: np.random.Generator, first: int
) -> tuple[Candidates, int]:
    """Muons of the events of a batch that are selected, and how many these are."""
    record = run.next_events(BATCH, first)
    jets = find_jets(record)
    kept = ttbar.passes(record, jets)
    record, jets = record.select(kept), _taken(jets, kept)
    decays = redecay.muons(record, job.production.decays, MIN_PT)
    own = fakes(record, jets, job.response.volume, random, job.production.min_fake_weight)
    both = Candidates.joined([muons(record, jets, decays, job.production.decays), own])
    moved = Candidates(**{**vars(both), "event": both.event + first})
    return moved, len(record)


def _taken(jets: Jets, kept: Booleans) -> Jets:
    return Jets(**{name: values[kept] for name, values in vars(jets).items()})


def _write(job: Job, candidates: Candidates, random: np.random.Generator, path: str | Path) -> None:
    with_wheel = Campaign(job.keys["campaign"]) is Campaign.RUN3
    found = reconstruct(candidates, job.response, with_wheel, random)
    chosen = candidates.take(found.index)
    columns = found.columns | {
        "phi": np.arctan2(chosen.py, chosen.px),
        "charge": chosen.charge,
        "origin": chosen.origin,
        "weight": chosen.weight,
        "jet_pt": chosen.jet_pt,
        "jet_eta": chosen.jet_eta,
        "jet_phi": chosen.jet_phi,
        "jet_delta_r": chosen.jet_delta_r,
    }
    if not job.keys["spectrometer_chi2"]:
        columns["reduced_chi2_me"] = np.full(len(chosen.event), np.nan)
    order = np.argsort(chosen.event, kind="stable")
    number: Integers = np.arange(job.production.events, dtype=np.int64)
    counts = np.bincount(chosen.event, minlength=len(number))
    objects = Objects(counts, {name: values[order] for name, values in columns.items()})
    flat = {
        "event_number": job.part * EVENTS_PER_PART + number,
        "weight": np.ones(len(number)),
    }
    metadata = {"sum_of_weights": float(len(number))}
    with NtupleWriter.open(path, metadata) as writer:
        writer.write([Block(flat, {"muon": objects})])
    logger.info("%d muons of %d candidates", len(chosen.event), len(candidates.event))
