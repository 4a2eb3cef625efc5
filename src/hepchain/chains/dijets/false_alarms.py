"""How often the search finds something where nothing is: pseudo-experiments without a signal.

The mass follows a smooth fit of the simulated background, and the other numbers are those of its
events of about that mass: what a tagger makes of features that depend on the mass is in the rate. A
classifier is trained in each pseudo-experiment anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.chains.dijets.classifiers import Examples, train_members
from hepchain.chains.dijets.config.methods import FalseAlarmsConfig, SearchConfig, WindowsConfig
from hepchain.chains.dijets.cwola import band_of, ranked
from hepchain.chains.dijets.data import BACKGROUND, Events, Floats, Integers
from hepchain.chains.dijets.events.table import MASS
from hepchain.chains.dijets.search import edges_of, search
from hepchain.errors import StageError
from hepchain.seeds import generator, integer_seed
from hepchain.statistics.falling import PARAMETERS, design, fit

INNER = 2
"""Models of a fold."""


@dataclass(frozen=True)
class PseudoExperiment:
    """What the search says of one."""

    local: dict[str, float | None]
    """Window -> local p-value; None where a fit has not converged."""
    global_value: float | None


def pseudo_experiments(
    events: Events,
    features: Sequence[str],
    numbers: range,
    windows: WindowsConfig,
    search_config: SearchConfig,
    config: FalseAlarmsConfig,
    seed: int,
) -> list[PseudoExperiment]:
    """The pseudo-experiments of these numbers.

    Parameters
    ----------
    events : of which the background is taken

    Raises
    ------
    StageError : the fit of the background does not converge
    """
    background = _background(events, features, windows, search_config.energy)
    searched = windows.model_copy(
        update={"windows": {name: windows.windows[name] for name in config.windows}}
    )
    one_cut = search_config.model_copy(update={"efficiencies": [config.efficiency]})
    found = []
    for number in numbers:
        random = generator(seed, "dijets", "false_alarms", number)
        pseudo = _draw(background, features, config, random)
        scores = {
            name: _scores(pseudo, features, searched.bands(name), config, seed, number)
            for name in config.windows
        }
        outcome = search(pseudo, scores, searched, one_cut, random)
        best = outcome.best[0].global_value if outcome.best else None
        found.append(
            PseudoExperiment({item.window: item.p_value for item in outcome.findings}, best)
        )
    return found


@dataclass(frozen=True)
class Background:
    """What pseudo-experiments are drawn from."""

    inputs: Floats
    """Features of the simulated events, shape (n, features)."""
    edges: Floats
    """Of the bins of the mass [GeV]."""
    shares: Floats
    """Of the events that are expected in each bin, by a smooth fit."""
    rows: Sequence[Integers]
    """Simulated events of each bin; of the next one with some where it has none."""


def _background(
    events: Events, features: Sequence[str], windows: WindowsConfig, energy: float
) -> Background:
    chosen = events.observed & ~events.signal
    mass, edges = events.mass[chosen], edges_of(windows)
    counts = np.histogram(mass, edges)[0].astype(np.float64)
    everywhere = np.ones(len(counts), dtype=bool)
    smooth = fit(counts[np.newaxis], design(edges, PARAMETERS[-1], energy), everywhere)
    if not smooth.converged[0]:
        raise StageError("the fit of the background without a cut does not converge")
    filled = np.flatnonzero(counts)
    nearest = filled[np.abs(filled - np.arange(len(counts))[:, np.newaxis]).argmin(axis=1)]
    bin_of = np.digitize(mass, edges) - 1
    rows = [np.flatnonzero(bin_of == number) for number in nearest]
    shares = smooth.expected[0] / smooth.expected[0].sum()
    return Background(events.inputs(features)[chosen], edges, shares, rows)


def _draw(
    background: Background,
    features: Sequence[str],
    config: FalseAlarmsConfig,
    random: np.random.Generator,
) -> Events:
    """One pseudo-experiment; no event is in it twice as long as its bin has enough of them.

    Copies of an event have one number and so one fold: no model is asked about what it has seen.
    """
    wanted = random.multinomial(random.poisson(config.events), background.shares)
    drawn = [
        random.choice(rows, number, replace=bool(number > len(rows)))
        for rows, number in zip(background.rows, wanted, strict=True)
    ]
    source, total = np.concatenate(drawn), int(wanted.sum())
    low, width = background.edges[:-1], np.diff(background.edges)
    mass = np.repeat(low, wanted) + random.random(total) * np.repeat(width, wanted)
    columns = {MASS: mass, **dict(zip(features, background.inputs[source].T, strict=True))}
    number = random.permutation(len(background.inputs))[source]
    nothing = np.zeros(total, dtype=bool)
    sample = np.full(total, BACKGROUND)
    # The part that stops a model early is the rest of the number, see `_scores`.
    return Events(columns, sample, number // config.folds, number % config.folds, nothing, ~nothing)


def _scores(
    pseudo: Events,
    features: Sequence[str],
    bands: tuple[float, float, float, float],
    config: FalseAlarmsConfig,
    seed: int,
    number: int,
) -> Floats:
    inputs = pseudo.inputs(features)
    window, around = pseudo.within(*bands[1:3]), pseudo.within(bands[0], bands[3])
    scores = np.empty(len(pseudo))
    for fold in range(config.folds):
        scored = pseudo.fold == fold
        learnt = around & ~scored
        examples = Examples(inputs[learnt], window[learnt], band_of(pseudo.mass[learnt], bands))
        part = pseudo.event_number[learnt] % INNER
        key = integer_seed(seed, "false_alarms", number, fold)
        score = train_members(examples, part, config.classifier, key)
        scores[scored] = ranked(score(inputs[scored]), around[scored])
    return scores


def numbers_of(config: FalseAlarmsConfig, part: int) -> range:
    """Numbers of the pseudo-experiments of a job."""
    first, last = (
        config.pseudo_experiments * number // config.parts for number in (part, part + 1)
    )
    return range(first, last)
