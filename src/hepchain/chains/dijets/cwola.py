"""Classification without labels in a window (Metodiev, Nachman, Thaler, arXiv:1708.02949)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from hepchain.chains.dijets.classifiers import Examples, train_members
from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.data import Booleans, Events, Floats
from hepchain.errors import StageError
from hepchain.identity import uniform_of
from hepchain.seeds import integer_seed

logger = logging.getLogger(__name__)

Bands = tuple[float, float, float, float]
"""Lower end of the side bands, the window, upper end of the side bands [GeV]."""


@dataclass(frozen=True)
class Regions:
    """Which events are in a window and in its side bands, shapes (n,)."""

    window: Booleans
    side_bands: Booleans

    @classmethod
    def of(cls, events: Events, bands: Bands) -> Regions:
        """Of the events of the data alone."""
        window = events.observed & events.within(*bands[1:3])
        around = events.observed & events.within(bands[0], bands[3])
        return cls(window, around & ~window)

    @property
    def both(self) -> Booleans:
        """In either, shape (n,)."""
        return self.window | self.side_bands


def score_fold(events: Events, fold: int, bands: Bands, config: CwolaConfig, seed: int) -> Floats:
    """Scores of the events of a fold, by models that were trained on the other folds.

    A score is 1 less the share of the data of that fold, in window and side bands, that score
    higher, so that scores of all folds are on one scale. Shape: events of the fold.

    Raises
    ------
    StageError : too few events, or inputs that depend on the mass and ``on_correlation: refuse``
    """
    regions = Regions.of(events, bands)
    depends_on_mass(events, bands, config)
    inputs = events.inputs(config.features)
    learnt = regions.both & (events.fold != fold)
    examples = Examples(inputs[learnt], regions.window[learnt], band_of(events.mass[learnt], bands))
    part = inner_parts(events, config.members)[learnt]
    score = train_members(examples, part, config.classifier, integer_seed(seed, "cwola", fold))
    scored = events.fold == fold
    return ranked(score(inputs[scored]), regions.both[scored])


def band_of(mass: Floats, bands: Bands) -> npt.NDArray[np.int64]:
    """Side band below the window 0, window 1, side band above 2; shape (n,).

    Both side bands are to weigh the same to a classifier (Collins, Howe, Nachman,
    arXiv:1902.02634): a feature that drifts with the mass then has about the same mean in the
    window and beside it. By their events the lower one weighs more, and the classifier learns that
    what looks heavy is of the window.
    """
    return np.asarray(np.digitize(mass, bands[1:3]), dtype=np.int64)


def inner_parts(events: Events, parts: int) -> npt.NDArray[np.int64]:
    """Part of each event that a member of the ensemble is stopped by, from its identity."""
    places = np.empty(len(events))
    for sample in np.unique(events.sample):
        chosen = events.sample == sample
        places[chosen] = uniform_of(f"{sample}/inner", events.event_number[chosen])
    return (places * parts).astype(np.int64)


def ranked(scores: Floats, reference: Booleans) -> Floats:
    """Share of the reference, shape (n,) of bools, that scores lower or the same; shape (n,).

    Raises
    ------
    StageError : there is no reference
    """
    ordered = np.sort(scores[reference])
    if len(ordered) == 0:
        raise StageError("no event of a fold is in the window or its side bands; take fewer folds")
    below: Floats = np.searchsorted(ordered, scores, side="right") / len(ordered)
    return below


def depends_on_mass(events: Events, bands: Bands, config: CwolaConfig) -> bool:
    """Whether an input is correlated with the mass, in a window and its side bands.

    A tagger with inputs that depend on the mass tells the window from its side bands without any
    signal, and makes a bump.

    Raises
    ------
    StageError : one is too large, and ``on_correlation`` is ``refuse``
    """
    around = Regions.of(events, bands).both
    found = correlations(events, around, config.features)
    wrong = [name for name, value in found.items() if abs(value) > config.max_correlation]
    if wrong:
        listed = ", ".join(f"{name} ({found[name]:.2f})" for name in wrong)
        message = (
            f"inputs that depend on the mass of both jets: {listed}; the largest correlation "
            f"allowed is {config.max_correlation:g} (cwola.max_correlation)"
        )
        if config.on_correlation == "refuse":
            raise StageError(
                f"{message}: leave them out of cwola.features, or scale them by the mass"
            )
        logger.info(message)
    return bool(wrong)


def correlations(events: Events, chosen: Booleans, features: Sequence[str]) -> dict[str, float]:
    """Spearman's rank correlation of features with the mass, name -> value."""
    mass = events.mass[chosen]
    return {
        name: float(spearmanr(mass, events.columns[name][chosen]).statistic) for name in features
    }
