"""ANODE (arXiv:2001.04990), CATHODE (arXiv:2109.00546): densities beside a window, used in it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from hepchain.chains.dijets.classifiers import Examples, train_members
from hepchain.chains.dijets.config.densities import DensitiesConfig, FlowSettings
from hepchain.chains.dijets.cwola import Bands, Regions, inner_parts
from hepchain.chains.dijets.data import Booleans, Events, Floats, Integers
from hepchain.chains.dijets.densities.flow import Flow
from hepchain.chains.dijets.densities.scaling import Scaling
from hepchain.errors import StageError
from hepchain.seeds import generator, integer_seed
from hepchain.terminal import PROGRESS

logger = logging.getLogger(__name__)

HELD_OUT = 5
"""One part in so many decides which epoch of a flow is kept."""
FEWEST = 100
"""Events that a flow needs."""


@dataclass(frozen=True)
class Estimated:
    """What one flow, fitted with several seeds, says of the events of a window."""

    anode: Floats
    """Logarithm of the ratio of both densities, shape (n,); NaN outside of the window."""
    likelihoods: tuple[float, ...]
    """Mean log-likelihood of side-band events that no fit has seen, a seed each."""
    samples: Floats
    """Drawn from the density of the side bands within the window, shape (samples, features)."""
    scaling: Scaling


def estimate(
    events: Events, bands: Bands, name: str, config: DensitiesConfig, seed: int
) -> Estimated:
    """Fit the densities with one kind of flow.

    The density of the window is that of fits without the half of the events that they score; the
    density of the side bands has seen no event of the window. Averages over the seeds are of
    densities.

    Raises
    ------
    StageError : too few events in the window or its side bands
    """
    settings, regions = config.flows[name], Regions.of(events, bands)
    scaling = Scaling.of(events.inputs(config.features)[regions.both], bands)
    features = scaling.features(events.inputs(config.features))
    mass = scaling.mass(events.mass)
    inside = events.within(*bands[1:3])
    random = generator(seed, "dijets", "densities", name)
    drawn = _drawn_masses(mass[regions.window], config, random)
    part = inner_parts(events, HELD_OUT)
    beside, within, likelihoods, samples = [], [], [], []
    for number in range(config.seeds):
        key = integer_seed(seed, "dijets", "densities", name, number)
        flow, loss = _fitted(features, mass, regions.side_bands, part, settings, key)
        beside.append(flow.log_density(features[inside], mass[inside]))
        likelihoods.append(-loss)
        samples.append(flow.sample(drawn[number :: config.seeds], random))
        within.append(
            _within(features, mass, events.fold % 2, regions.window, inside, part, settings, key)
        )
        logger.info("%d of %d fits of %s", number + 1, config.seeds, name, extra=PROGRESS)
    anode = np.full(len(events), np.nan)
    anode[inside] = _mean([one[inside] for one in within]) - _mean(beside)
    return Estimated(anode, tuple(likelihoods), np.concatenate(samples), scaling)


def _mean(logarithms: list[Floats]) -> Floats:
    """Logarithm of the mean of densities."""
    mean: Floats = np.logaddexp.reduce(logarithms, axis=0) - np.log(len(logarithms))
    return mean


def _drawn_masses(mass: Floats, config: DensitiesConfig, random: np.random.Generator) -> Floats:
    """Masses as those of the window, for the samples."""
    return random.choice(mass, round(config.samples * len(mass)))


def _within(
    features: Floats,
    mass: Floats,
    half: Integers,
    window: Booleans,
    scored: Booleans,
    part: Integers,
    settings: FlowSettings,
    seed: int,
) -> Floats:
    """Density of the events to score, by fits to the half of the window they are not in; (n,)."""
    density = np.full(len(mass), np.nan)
    for left_out in (0, 1):
        flow, _ = _fitted(
            features, mass, window & (half != left_out), part, settings, seed + 1 + left_out
        )
        own = scored & (half == left_out)
        density[own] = flow.log_density(features[own], mass[own])
    return density


def _fitted(
    features: Floats,
    mass: Floats,
    chosen: Booleans,
    part: Integers,
    settings: FlowSettings,
    seed: int,
) -> tuple[Flow, float]:
    learnt, held_out = chosen & (part > 0), chosen & (part == 0)
    if np.count_nonzero(held_out) < FEWEST // HELD_OUT or np.count_nonzero(learnt) < FEWEST:
        raise StageError(
            f"{np.count_nonzero(chosen)} events are too few for a density; take wider windows or "
            "more events"
        )
    flow = Flow(features.shape[1], settings, seed)
    losses = flow.fit(
        (features[learnt], mass[learnt]),
        (features[held_out], mass[held_out]),
    )
    return flow, min(losses)


def cathode(
    events: Events, estimated: Estimated, bands: Bands, config: DensitiesConfig, seed: int
) -> Floats:
    """Logarithm of the odds that an event of the window is of the data and no sample, shape (n,).

    By classifiers that were trained without the fold of the event; NaN outside of the window.
    """
    inputs = estimated.scaling.features(events.inputs(config.features))
    window = Regions.of(events, bands).window
    inside = events.within(*bands[1:3])
    part = inner_parts(events, config.members)
    of_samples = np.arange(len(estimated.samples)) % config.members
    scores = np.full(len(events), np.nan)
    for fold in np.unique(events.fold):
        learnt, scored = window & (events.fold != fold), inside & (events.fold == fold)
        if not scored.any():
            continue
        rows = np.concatenate([inputs[learnt], estimated.samples])
        examples = Examples(rows, np.arange(len(rows)) < np.count_nonzero(learnt))
        parts = np.concatenate([part[learnt], of_samples])
        key = integer_seed(seed, "dijets", "cathode", int(fold))
        scores[scored] = train_members(examples, parts, config.classifier, key)(inputs[scored])
    return scores
