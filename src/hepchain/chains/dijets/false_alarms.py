"""How often the search finds something where nothing is: pseudo-experiments without a signal.

The mass follows a smooth fit of the simulated background, and the other numbers are those of its
events, drawn apart from the mass. A classifier is trained in each pseudo-experiment anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.chains.dijets.classifiers import Examples, train_members
from hepchain.chains.dijets.config.methods import FalseAlarmsConfig, SearchConfig, WindowsConfig
from hepchain.chains.dijets.cwola import ranked
from hepchain.chains.dijets.data import BACKGROUND, Events, Floats
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
    chosen = events.observed & ~events.signal
    mass, edges = events.mass[chosen], edges_of(windows)
    counts = np.histogram(mass, edges)[0].astype(np.float64)
    columns = design(edges, PARAMETERS[-1], search_config.energy)
    smooth = fit(counts[np.newaxis], columns, np.ones(len(counts), dtype=bool))
    if not smooth.converged[0]:
        raise StageError("the fit of the background without a cut does not converge")
    shares = smooth.expected[0] / smooth.expected[0].sum()
    inputs = events.inputs(features)[chosen]
    searched = windows.model_copy(
        update={"windows": {name: windows.windows[name] for name in config.windows}}
    )
    one_cut = search_config.model_copy(update={"efficiencies": [config.efficiency]})
    found = []
    for number in numbers:
        random = generator(seed, "dijets", "false_alarms", number)
        pseudo = _draw(inputs, features, edges, shares, config, random)
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


def _draw(
    inputs: Floats,
    features: Sequence[str],
    edges: Floats,
    shares: Floats,
    config: FalseAlarmsConfig,
    random: np.random.Generator,
) -> Events:
    total = random.poisson(config.events)
    bins = random.choice(len(shares), total, p=shares)
    mass = edges[bins] + random.random(total) * np.diff(edges)[bins]
    rows = inputs[random.integers(len(inputs), size=total)]
    columns = {MASS: mass, **dict(zip(features, rows.T, strict=True))}
    nothing = np.zeros(total, dtype=bool)
    fold = random.integers(config.folds, size=total)
    sample = np.full(total, BACKGROUND)
    return Events(columns, sample, np.arange(total), fold, nothing, ~nothing)


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
        examples = Examples(inputs[learnt], window[learnt])
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
