"""The models of all folds, trained without a mass point, and how well they separate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.event_classifier.binning import TrainingOutput
from hepchain.chains.soft_electrons.event_classifier.events import (
    RISING,
    EventCandidates,
    events_of,
)
from hepchain.chains.soft_electrons.event_classifier.results import Separation
from hepchain.chains.soft_electrons.event_classifier.training import (
    Events,
    Floats,
    FoldModel,
    TrainingSet,
    fit_fold,
    training_set,
)
from hepchain.chains.soft_electrons.statistics.candidates import read_candidates
from hepchain.identity import fold_of
from hepchain.paired import AreaDifference, area_difference
from hepchain.paired import Scored as Pair
from hepchain.selection.table import Column
from hepchain.statistics.workspace import SIGNAL


@dataclass(frozen=True)
class Evaluated(Events):
    """Events with the output of the model of their fold."""

    fold: Column
    output: Column


@dataclass(frozen=True)
class Models:
    """The models of all folds, and what they were trained on."""

    training: TrainingSet
    folds: Sequence[FoldModel]

    def evaluate(self, sample: str, events: Events) -> Evaluated:
        """Events with the output of the model that was trained without their fold."""
        fold = fold_of(sample, events.event_number, len(self.folds))
        output = np.full(len(events), np.nan)
        for number, model in enumerate(self.folds):
            output[fold == number] = model.trees.log_odds(events.inputs[fold == number])
        return Evaluated(**vars(events), fold=fold, output=output)

    def outputs(self, of_tagger: bool) -> list[TrainingOutput]:
        """Output of the classifier, or the tagger's score, for what each model has learnt from."""
        events, signal = self.training.events, self.training.signal
        return [
            TrainingOutput(
                events.score[model.rows] if of_tagger else model.inner_score,
                signal[model.rows],
                self.training.balanced_weights(model.rows),
                events.weight[model.rows],
            )
            for model in self.folds
        ]


def train(
    signals: Mapping[str, Path],
    backgrounds: Mapping[str, Path],
    left_out: str,
    splittings: Mapping[str, float],
    config: EventClassifierConfig,
    folds: int,
    seed: int,
) -> Models:
    """A model a fold, from all mass points but one; the file of that one is not opened.

    Parameters
    ----------
    signals, backgrounds : sample -> its candidates
    splittings : mass point -> mass splitting [GeV]
    """
    paths = {**signals, **backgrounds}

    def view(sample: str, at: str) -> Events:
        return events_of(read_candidates(EventCandidates, paths[sample], at), splittings[at])

    training = training_set(
        splittings, list(backgrounds), left_out, view, folds, config.inner_folds
    )
    what = f"classifier without {left_out}"
    found = [fit_fold(training, fold, config, seed, RISING, what) for fold in range(folds)]
    return Models(training, found)


def separate(models: Models, samples: Mapping[str, Evaluated]) -> Separation:
    """Areas under the ROC curves at the point left out, and in training.

    Parameters
    ----------
    samples : at the point left out, the signal as ``signal``
    """
    events = Evaluated.concatenate(list(samples.values()))
    signal = np.repeat([name == SIGNAL for name in samples], [len(e) for e in samples.values()])
    found = _areas(events.output, events.score, events.weight, signal)
    seen = []
    for model, output in zip(models.folds, models.outputs(False), strict=True):
        fitted = model.trees.log_odds(models.training.events.inputs[model.rows])
        areas = _areas(fitted, output.output, output.balanced, output.signal)
        seen.append((areas.first, areas.second))
    training, inner = np.mean(seen, axis=0)
    return Separation(found.first, found.second, found.error, float(training), float(inner))


def _areas(
    first: Floats, second: Floats, weight: Floats, signal: npt.NDArray[np.bool_]
) -> AreaDifference:
    return area_difference(Pair(first, second, weight, np.arange(len(weight))), signal)
