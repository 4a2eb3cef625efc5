"""What the classifier is compared with: rules that put events into bins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.config.statistics import ScanConfig
from hepchain.chains.soft_electrons.event_classifier.binning import equal_signal_bins
from hepchain.chains.soft_electrons.event_classifier.events import INPUTS
from hepchain.chains.soft_electrons.event_classifier.models import Evaluated, Models
from hepchain.chains.soft_electrons.event_classifier.training import Events, Floats
from hepchain.chains.soft_electrons.statistics.discriminants import (
    Discriminant,
    Numbers,
    bins_above,
    mass_and_score,
)
from hepchain.combination.working_points import read_background, threshold_of

Discriminants = list[Discriminant[Evaluated]]


def make_discriminants(
    models: Models, config: EventClassifierConfig, scan: ScanConfig, hadrons: Path, splitting: float
) -> Discriminants:
    """What the classifier is compared with, and the classifier as the last.

    Of the scan of the working point the reference (the count) and the one that is named (bins of
    mass and score), the reference with a cut on the event that the selection lacks, the tagger's
    score in bins of the same rule as the classifier's, so that their difference is what the
    topology brings, and a cut on the classifier with the efficiency of the reference, in whose gain
    bins have no part.

    Parameters
    ----------
    hadrons : scores of the sample whose hadrons define the fake rate
    splitting : of the mass point [GeV]
    """
    score, _, weight = read_background(hadrons)
    names = dict.fromkeys([scan.reference, config.discriminant])
    cuts = {
        name: [threshold_of(score, weight, r) for r in scan.discriminants[name].fake_rates]
        for name in names
    }
    count, *others = [
        mass_and_score(name, scan.discriminants[name], cuts[name], splitting) for name in names
    ]
    of_tagger, of_classifier = models.outputs(True), models.outputs(False)
    same = [
        mine.thresholds([tagger.efficiency(cuts[scan.reference][0])])
        for mine, tagger in zip(of_classifier, of_tagger, strict=True)
    ]
    rule = (config.signal_efficiency, config.bins, config.min_effective_events)
    return [
        count,
        _with_azimuth(count, config.max_delta_phi_electron_met),
        *others,
        _of_output("score_bins", "score, same bins", equal_signal_bins(of_tagger, *rule), True),
        _of_output("classifier_count", "cut on classifier", same, False),
        _of_output("classifier", "classifier", equal_signal_bins(of_classifier, *rule), False),
    ]


def _with_azimuth(count: Discriminant[Events], largest: float) -> Discriminant[Events]:
    """A discriminant of events whose electron is close to ETmiss in azimuth [rad]."""
    column = INPUTS.index("delta_phi_electron_met")

    def find(events: Events) -> Numbers:
        return np.where(events.inputs[:, column] < largest, count.numbers(events), -1)

    return Discriminant(f"{count.name}_azimuth", f"{count.title}, azimuth of e", count.bins, find)


def _of_output(
    name: str, title: str, thresholds: Sequence[Floats], of_tagger: bool
) -> Discriminant[Evaluated]:
    """Bins with thresholds of their own for each fold."""

    def find(events: Evaluated) -> Numbers:
        values = events.score if of_tagger else events.output
        found = np.full(len(values), -1, dtype=np.int64)
        for fold, cuts in enumerate(thresholds):
            found[events.fold == fold] = bins_above(cuts, values[events.fold == fold])
        return found

    return Discriminant(name, title, len(thresholds[0]), find)
