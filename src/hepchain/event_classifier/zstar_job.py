"""Classifier of events with a Z* candidate: trained without a mass point, compared there."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.combination.working_points import read_hadrons, threshold_of
from hepchain.config.event_classifier import EventClassifierConfig
from hepchain.config.statistics import Discriminant as ScoreAndMass
from hepchain.config.statistics import StatisticsConfig
from hepchain.event_classifier.binning import TrainingOutput, equal_signal_bins, numbers
from hepchain.event_classifier.discriminants import (
    Discriminant,
    Numbers,
    Samples,
    Scored,
    compare,
    fit,
    limit_without_fit,
    replicate,
    summarise,
)
from hepchain.event_classifier.results import (
    DiscriminantGain,
    DiscriminantResult,
    Retrained,
    Separation,
)
from hepchain.event_classifier.training import (
    Events,
    Floats,
    FoldModel,
    TrainingSet,
    class_counts,
    fit_fold,
    training_set,
)
from hepchain.event_classifier.zstar_events import INPUTS, RISING, events_at, read_candidates
from hepchain.identity import fold_of
from hepchain.io.parquet import column_names
from hepchain.io.structured import write_json
from hepchain.paired import Scored as Pair
from hepchain.paired import area_difference
from hepchain.seeds import generator, integer_seed
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.scan import Best, bin_numbers
from hepchain.statistics.workspace import SIGNAL
from hepchain.statistics.zstar_point import MassPoint, signal_uncertainties

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClassifierInputs:
    """Files of the selection, and one of scores."""

    signals: Mapping[str, Path]
    """Mass point -> its candidates, of all mass points."""
    backgrounds: Mapping[str, Path]
    """Name of the background -> its candidates."""
    hadrons: Path
    """Scores of the sample whose hadrons define the fake rate."""
    varied: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    """Sample -> variation -> candidates of the sample simulated with it."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """Variation -> column of the candidates with the varied over the nominal weight."""


@dataclass(frozen=True)
class ClassifierOutputs:
    """Files to write."""

    result: Path
    models: Sequence[Path]
    """One a fold."""


@dataclass(frozen=True)
class Models:
    """The models of all folds, and what they were trained on."""

    training: TrainingSet
    folds: Sequence[FoldModel]

    def score(self, sample: str, events: Events) -> Scored:
        """Events with the output of the model that was trained without their fold."""
        fold = fold_of(sample, events.event_number, len(self.folds))
        output = np.full(len(events), np.nan)
        for number, model in enumerate(self.folds):
            output[fold == number] = model.trees.score(events.inputs[fold == number])
        return Scored(events, fold, output)

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


def run_event_classifier(
    inputs: ClassifierInputs,
    outputs: ClassifierOutputs,
    point: MassPoint,
    splittings: Mapping[str, float],
    config: EventClassifierConfig,
    statistics: StatisticsConfig,
    seed: int,
) -> None:
    """Train without a mass point and evaluate there, against other discriminants.

    Data are not read.

    Parameters
    ----------
    point : the mass point that is left out
    splittings : mass point -> mass splitting [GeV], of all in ``inputs``

    Raises
    ------
    StageError : too few events to train with
    """
    models = train(inputs, point, splittings, config, len(outputs.models), seed)
    samples = read_samples(inputs, point, models, statistics)
    discriminants = make_discriminants(models, config, statistics, inputs.hadrons, point)
    fits = [fit(item, samples, point.name, statistics) for item in discriminants]
    random = generator(seed, "event_classifier", point.name, "bootstrap")
    replicas = replicate(discriminants, fits, samples, statistics, random)
    results = [summarise(*item) for item in zip(discriminants, fits, replicas, strict=True)]
    names = [item.name for item in discriminants]
    gains = compare(
        names, dict(zip(names, fits, strict=True)), dict(zip(names, replicas, strict=True))
    )
    separation = separate(models, samples)
    retrained = retrain(inputs, point, splittings, config, statistics, len(models.folds), seed)
    _report(results, gains, separation, retrained)
    for path, model in zip(outputs.models, models.folds, strict=True):
        model.trees.save(path)
    write_json(
        outputs.result,
        {
            **_content(point, splittings, models, statistics),
            "separation": asdict(separation),
            "retrained": asdict(retrained),
            "discriminants": [asdict(item) for item in results],
            "gains": [asdict(item) for item in gains],
        },
    )


def train(
    inputs: ClassifierInputs,
    point: MassPoint,
    splittings: Mapping[str, float],
    config: EventClassifierConfig,
    folds: int,
    seed: int,
) -> Models:
    """A model a fold, from all mass points but one; the file of that one is not opened."""
    paths = {name: path for name, path in inputs.signals.items() if name != point.name}
    candidates = {name: read_candidates(path) for name, path in paths.items()}
    candidates |= {name: read_candidates(path) for name, path in inputs.backgrounds.items()}

    def view(sample: str, at: str) -> Events:
        return events_at(candidates[sample], splittings[at], point.veto)

    training = training_set(
        {name: splittings[name] for name in paths},
        list(inputs.backgrounds),
        point.name,
        view,
        folds,
        config.inner_folds,
    )
    what = f"classifier without {point.name}"
    found = [fit_fold(training, fold, config, seed, RISING, what) for fold in range(folds)]
    return Models(training, found)


def read_samples(
    inputs: ClassifierInputs, point: MassPoint, models: Models, statistics: StatisticsConfig
) -> Samples:
    """Events of all samples at the splitting of the point, without and with variations."""
    paths = {point.name: inputs.signals[point.name], **inputs.backgrounds}

    def scored(sample: str, path: Path, factor: str | None = None) -> Scored:
        candidates = read_candidates(path, factor)
        return models.score(sample, events_at(candidates, point.masses.splitting, point.veto))

    def variations(sample: str, path: Path) -> dict[str, Scored]:
        simulated = inputs.varied.get(sample, {})
        found = {name: scored(sample, other) for name, other in simulated.items()}
        present = column_names(path)
        weighted = {name: col for name, col in inputs.weights.items() if col in present}
        return found | {name: scored(sample, path, col) for name, col in weighted.items()}

    names = {sample: SIGNAL if sample == point.name else sample for sample in paths}
    return Samples(
        {names[sample]: scored(sample, path) for sample, path in paths.items()},
        {names[sample]: variations(sample, path) for sample, path in paths.items()},
        signal_uncertainties(point.masses, statistics),
    )


def make_discriminants(
    models: Models,
    config: EventClassifierConfig,
    statistics: StatisticsConfig,
    hadrons: Path,
    point: MassPoint,
) -> list[Discriminant]:
    """What the classifier is compared with, and the classifier as the last.

    The first and the last of the scan of the working point (the count; bins of mass and score), the
    count with a cut on the event that the selection lacks, the tagger's score in bins of the same
    rule as the classifier's, so that their difference is what the topology brings, and a cut on the
    classifier with the efficiency of the count, in whose gain bins have no part.
    """
    score, _, weight = read_hadrons(hadrons)
    scan = statistics.scan.discriminants
    cuts = {
        name: [threshold_of(score, weight, rate) for rate in item.fake_rates]
        for name, item in scan.items()
    }
    of_tagger, of_classifier = models.outputs(True), models.outputs(False)
    first, last = next(iter(scan)), list(scan)[-1]
    same = [
        mine.thresholds([tagger.efficiency(cuts[first][0])])
        for mine, tagger in zip(of_classifier, of_tagger, strict=True)
    ]
    rule = (config.signal_efficiency, config.bins, config.min_effective_events)
    count = _of_score_and_mass(first, scan[first], cuts[first], point)
    return [
        count,
        _with_azimuth(count, config.max_delta_phi_electron_met),
        *[_of_score_and_mass(name, scan[name], cuts[name], point) for name in {last} - {first}],
        _of_output("score_bins", "score, same bins", equal_signal_bins(of_tagger, *rule), True),
        _of_output("classifier_count", "cut on classifier", same, False),
        _of_output("classifier", "classifier", equal_signal_bins(of_classifier, *rule), False),
    ]


def _with_azimuth(count: Discriminant, largest: float) -> Discriminant:
    """A discriminant of events whose electron is close to ETmiss in azimuth [rad]."""
    column = INPUTS.index("delta_phi_electron_met")

    def find(scored: Scored) -> Numbers:
        close = scored.events.inputs[:, column] < largest
        found: Numbers = np.where(close, count.numbers(scored), -1)
        return found

    return Discriminant(f"{count.name}_azimuth", f"{count.title}, azimuth of e", count.bins, find)


def _of_score_and_mass(
    name: str, item: ScoreAndMass, cuts: Sequence[float], point: MassPoint
) -> Discriminant:
    def find(scored: Scored) -> Numbers:
        events = scored.events
        best = Best(events.weight, events.score, events.mass)
        return bin_numbers(best, cuts, item.mass_bins, point.masses.splitting)

    return Discriminant(name, item.title, len(cuts) * item.mass_bins, find)


def _of_output(
    name: str, title: str, thresholds: Sequence[Floats], of_tagger: bool
) -> Discriminant:
    """Bins with thresholds of their own for each fold."""

    def find(scored: Scored) -> Numbers:
        values = scored.events.score if of_tagger else scored.output
        found = np.full(len(values), -1, dtype=np.int64)
        for fold, cuts in enumerate(thresholds):
            found[scored.fold == fold] = numbers(values[scored.fold == fold], cuts)
        return found

    return Discriminant(name, title, len(thresholds[0]), find)


def retrain(
    inputs: ClassifierInputs,
    point: MassPoint,
    splittings: Mapping[str, float],
    config: EventClassifierConfig,
    statistics: StatisticsConfig,
    folds: int,
    seed: int,
) -> Retrained:
    """Gain of the classifier over the count, with the trees of the result and with others."""
    seeds = [integer_seed(seed, "retraining", number) for number in range(config.retrainings)]
    gains = []
    for each in (seed, *seeds):
        models = train(inputs, point, splittings, config, folds, each)
        samples = read_samples(inputs, point, models, statistics)
        rules = make_discriminants(models, config, statistics, inputs.hadrons, point)
        before, after = (
            limit_without_fit(rule, samples, point.name, statistics)
            for rule in (rules[0], rules[-1])
        )
        gains.append(before / after)
    spread = float(np.std(gains, ddof=1)) if seeds else None
    return Retrained(gains[0], tuple(gains[1:]), spread)


def separate(models: Models, samples: Samples) -> Separation:
    """Areas under the ROC curves at the point left out, and in training."""
    classes = [samples.nominal[SIGNAL], *samples.backgrounds.values()]
    positive = np.arange(len(classes)) == 0
    found = _areas(
        np.concatenate([item.output for item in classes]),
        np.concatenate([item.events.score for item in classes]),
        np.concatenate([item.events.weight for item in classes]),
        np.repeat(positive, [len(item.events) for item in classes]),
    )
    seen = []
    for model, output in zip(models.folds, models.outputs(False), strict=True):
        fitted = model.trees.score(models.training.events.inputs[model.rows])
        areas = _areas(fitted, output.output, output.balanced, output.signal)
        seen.append(areas[:2])
    training, inner = np.mean(seen, axis=0)
    return Separation(found[0], found[1], found[2], float(training), float(inner))


def _areas(
    first: Floats, second: Floats, weight: Floats, signal: Any
) -> tuple[float, float, float]:
    event = np.arange(len(weight), dtype=np.int64)
    area = area_difference(Pair(first, second, weight, event), signal)
    return area.first, area.second, area.error


def _content(
    point: MassPoint,
    splittings: Mapping[str, float],
    models: Models,
    statistics: StatisticsConfig,
) -> dict[str, Any]:
    gains = [model.trees.gains(INPUTS) for model in models.folds]
    return {
        "point": point.name,
        "splitting": point.masses.splitting,
        "trained_on": {name: value for name, value in splittings.items() if name != point.name},
        "tagger": point.tagger,
        "luminosity_fb": statistics.luminosity,
        "confidence_level": statistics.confidence_level,
        "sigmas": SIGMAS,
        "training_events": [dict(class_counts(models.training, model)) for model in models.folds],
        "inputs": {name: float(np.mean([item[name] for item in gains])) for name in INPUTS},
    }


def _report(
    results: Sequence[DiscriminantResult],
    gains: Sequence[DiscriminantGain],
    separation: Separation,
    retrained: Retrained,
) -> None:
    LOGGER.info("area under the ROC curve: %s", separation)
    LOGGER.info("%s", retrained)
    for item in results:
        LOGGER.info(
            "%s: S %.3g, B %.4g (%d events, %d bins), limit %s, significance %s (%s)",
            item.name,
            item.result.signal.value,
            item.result.background.value,
            item.result.background.events,
            len(item.result.templates.edges) - 1,
            item.limit and (item.limit.value, item.limit.error),
            item.asimov and (item.asimov.value, item.asimov.error),
            item.result.status,
        )
    for gain in gains:
        if gain.limit is not None:
            LOGGER.info(
                "%s over %s: limit %.2f ± %.2f (%s)",
                gain.discriminant,
                gain.over,
                gain.limit.value,
                gain.limit.error or 0.0,
                gain.verdict,
            )
