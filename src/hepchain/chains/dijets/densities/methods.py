"""ANODE (arXiv:2001.04990), R-ANODE (arXiv:2312.11629), CATHODE (arXiv:2109.00546).

Densities beside a window, used in it.
"""

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
    ranode: Floats
    """Of that of a signal, fitted beside the density of the background, to the latter; (n,)."""
    likelihoods: tuple[float, ...]
    """Mean log-likelihood of side-band events that no fit has seen, a seed each."""
    samples: Floats
    """Drawn from the density of the side bands within the window, shape (samples, features)."""
    scaling: Scaling


def estimate(
    events: Events, bands: Bands, name: str, config: DensitiesConfig, seed: int
) -> Estimated:
    """Fit the densities with one kind of flow.

    The densities of the window and of a signal in it are of fits without the half of the events
    that they score; the density of the side bands has seen no event of the window. Averages over
    the seeds are of densities.

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
    half, longer = events.fold % 2, _longer(settings, regions)
    beside, likelihoods, samples = [], [], []
    within: list[Floats] = []
    signal: list[Floats] = []
    for number in range(config.seeds):
        key = integer_seed(seed, "dijets", "densities", name, number)
        flow, loss = _fitted(features, mass, regions.side_bands, part, settings, key)
        known = np.full(len(events), np.nan)
        known[inside] = flow.log_density(features[inside], mass[inside])
        likelihoods.append(-loss)
        samples.append(flow.sample(drawn[number :: config.seeds], random))
        beside.append(known[inside])
        for found, background in ((within, None), (signal, known)):
            density = _within(
                features, mass, half, regions.window, inside, part, longer, key, background
            )
            found.append(density[inside])
        logger.info("%d of %d fits of %s", number + 1, config.seeds, name, extra=PROGRESS)
    anode, ranode = np.full((2, len(events)), np.nan)
    anode[inside] = _mean(within) - _mean(beside)
    ranode[inside] = _mean(signal) - _mean(beside)
    return Estimated(anode, ranode, tuple(likelihoods), np.concatenate(samples), scaling)


def _longer(settings: FlowSettings, regions: Regions) -> FlowSettings:
    """With as many steps for half of a window as beside it: fewer events make more epochs."""
    beside, window = (np.count_nonzero(one) for one in (regions.side_bands, regions.window))
    epochs = round(settings.epochs * max(1.0, 2.0 * beside / max(window, 1)))
    return settings.model_copy(update={"epochs": epochs})


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
    background: Floats | None,
) -> Floats:
    """Density of the events to score, by fits to the half of the window they are not in; (n,).

    With the density of the background, (n,), that of the signal beside it.
    """
    first = 1 if background is None else 3
    density = np.full(len(mass), np.nan)
    for left_out in (0, 1):
        flow, _ = _fitted(
            features,
            mass,
            window & (half != left_out),
            part,
            settings,
            seed + first + left_out,
            background,
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
    background: Floats | None = None,
) -> tuple[Flow, float]:
    learnt, held_out = chosen & (part > 0), chosen & (part == 0)
    if np.count_nonzero(held_out) < FEWEST // HELD_OUT or np.count_nonzero(learnt) < FEWEST:
        raise StageError(
            f"{np.count_nonzero(chosen)} events are too few for a density; take wider windows or "
            "more events"
        )
    flow = Flow(features.shape[1], settings, seed)
    parts = [(features[rows], mass[rows]) for rows in (learnt, held_out)]
    if background is None:
        losses = flow.fit(parts[0], parts[1])
    else:
        known = background[learnt], background[held_out]
        losses = flow.fit_signal(parts[0], parts[1], known)
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
