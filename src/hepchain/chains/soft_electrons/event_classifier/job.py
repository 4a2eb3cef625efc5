"""Classifier of events with a Z* candidate: trained without a mass point, compared there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.event_classifier.comparison import (
    Samples,
    compare,
    limit_without_fit,
    make_region,
    replicate,
    summarise,
)
from hepchain.chains.soft_electrons.event_classifier.events import (
    INPUTS,
    EventCandidates,
    events_of,
)
from hepchain.chains.soft_electrons.event_classifier.models import (
    Evaluated,
    Models,
    separate,
    train,
)
from hepchain.chains.soft_electrons.event_classifier.results import Retrained
from hepchain.chains.soft_electrons.event_classifier.rules import Discriminants, make_discriminants
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles, read_candidates
from hepchain.chains.soft_electrons.statistics.point import MassPoint, signal_uncertainties
from hepchain.io.atomic import atomic_path
from hepchain.io.structured import write_json
from hepchain.seeds import generator, integer_seed
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.region import analyse


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
class Evaluation:
    """A classifier at the mass point that it has not seen, and what it is compared with."""

    models: Models
    samples: Samples
    discriminants: Discriminants

    def gain(self, point: str, config: StatisticsConfig) -> float:
        """Gain of the last discriminant over the first, of limits without fits."""
        before, after = (
            limit_without_fit(self.discriminants[row], self.samples, point, config)
            for row in (0, -1)
        )
        return before / after


def run_event_classifier(
    inputs: ClassifierInputs,
    outputs: ClassifierOutputs,
    point: MassPoint,
    splittings: Mapping[str, float],
    config: EventClassifierConfig,
    statistics: StatisticsConfig,
    seed: int,
) -> None:
    """Train without a mass point and evaluate there, against other discriminants, without data.

    Parameters
    ----------
    point : the mass point that is left out
    splittings : mass point -> mass splitting [GeV], of all in ``inputs``

    Raises
    ------
    StageError : too few events to train with
    """
    signals = {name: path for name, path in inputs.signals.items() if name != point.name}

    def evaluated(seed: int) -> Evaluation:
        models = train(
            signals, inputs.backgrounds, point.name, splittings, config, len(outputs.models), seed
        )
        return evaluate(inputs, point, models, config, statistics)

    found = evaluated(seed)
    seeds = [integer_seed(seed, "retraining", number) for number in range(config.retrainings)]
    gains = [item.gain(point.name, statistics) for item in (found, *map(evaluated, seeds))]
    spread = float(np.std(gains, ddof=1)) if seeds else None
    retrained = Retrained(gains[0], tuple(gains[1:]), spread)
    content = _content(point, splittings, found, statistics) | {"retrained": asdict(retrained)}
    content |= _compared(found, point, statistics, seed)
    for path, model in zip(outputs.models, found.models.folds, strict=True):
        with atomic_path(path) as temporary:
            temporary.write_bytes(model.trees.content())
    write_json(outputs.result, content)


def evaluate(
    inputs: ClassifierInputs,
    point: MassPoint,
    models: Models,
    config: EventClassifierConfig,
    statistics: StatisticsConfig,
) -> Evaluation:
    """Models at a mass point: events of all samples at its splitting, and the discriminants."""
    splitting = point.masses.splitting

    def read(sample: str, path: Path, factor: str | None) -> Evaluated:
        candidates = read_candidates(
            EventCandidates, path, point.name, statistics.luminosity, factor
        )
        return models.evaluate(sample, events_of(candidates, splitting))

    files = SampleFiles(
        inputs.signals[point.name], inputs.backgrounds, inputs.varied, inputs.weights
    )
    nominal, varied = files.read(point.name, read)
    return Evaluation(
        models,
        Samples(nominal, varied, signal_uncertainties(point.masses, statistics)),
        make_discriminants(models, config, statistics.scan, inputs.hadrons, splitting),
    )


def _compared(
    found: Evaluation, point: MassPoint, config: StatisticsConfig, seed: int
) -> dict[str, Any]:
    """Fits of all discriminants, and the gains of each over those before it."""
    results = {
        item.name: analyse(make_region(item, found.samples, point.name), config)[0]
        for item in found.discriminants
    }
    random = generator(seed, "event_classifier", point.name, "bootstrap")
    replicas = replicate(found.discriminants, results, found.samples, config, random)
    return {
        "discriminants": [
            asdict(summarise(result, replicas[name])) for name, result in results.items()
        ],
        "gains": [asdict(item) for item in compare(results, replicas)],
    }


def _content(
    point: MassPoint,
    splittings: Mapping[str, float],
    found: Evaluation,
    statistics: StatisticsConfig,
) -> dict[str, Any]:
    models = found.models
    gains = [model.trees.gains(INPUTS) for model in models.folds]
    return {
        "point": point.name,
        "splitting": point.masses.splitting,
        "trained_on": {name: value for name, value in splittings.items() if name != point.name},
        "tagger": point.tagger,
        "luminosity_fb": statistics.luminosity,
        "confidence_level": statistics.confidence_level,
        "sigmas": SIGMAS,
        "training_events": [
            {"signal": int(signal.sum()), "background": int((~signal).sum())}
            for signal in (models.training.signal[model.rows] for model in models.folds)
        ],
        "inputs": {name: float(np.mean([item[name] for item in gains])) for name in INPUTS},
        "reference": statistics.scan.reference,
        "separation": asdict(separate(models, found.samples.nominal)),
    }
