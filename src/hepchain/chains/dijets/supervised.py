"""The ceiling of all methods: a classifier that is told the truth."""

from __future__ import annotations

import numpy as np

from hepchain.chains.dijets.classifiers import Examples, train_members
from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.cwola import inner_parts
from hepchain.chains.dijets.data import Events, Floats
from hepchain.seeds import integer_seed


def supervised(
    events: Events, window: tuple[float, float], config: CwolaConfig, seed: int
) -> Floats:
    """Scores of the events of a window by classifiers of signal against background, shape (n,).

    Each event is scored by models that were trained without its fold; NaN outside of the window.
    The signal beside the data is learnt from, too.
    """
    inputs, inside = events.inputs(config.features), events.within(*window)
    inside &= events.observed | events.signal
    part = inner_parts(events, config.members)
    scores = np.full(len(events), np.nan)
    for fold in np.unique(events.fold):
        learnt, scored = inside & (events.fold != fold), inside & (events.fold == fold)
        examples = Examples(inputs[learnt], events.signal[learnt])
        key = integer_seed(seed, "dijets", "supervised", int(fold))
        score = train_members(examples, part[learnt], config.classifier, key)
        scores[scored] = score(inputs[scored])
    return scores
