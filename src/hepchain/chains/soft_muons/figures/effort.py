"""Quality and training time of taggers, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from hepchain.chains.soft_muons.results.evaluation import Evaluation
from hepchain.chains.soft_muons.results.performance import Number
from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, number


def tables(
    evaluation: Evaluation,
    trainings: Mapping[str, Sequence[Mapping[str, Any]]],
    reference: str,
    things: Things,
) -> list[Table]:
    """A row a tagger, the reference first.

    Parameters
    ----------
    trainings : tagger -> metadata of its models of the campaign, a fold each
    reference : tagger whose area is subtracted from that of others
    """
    known = evaluation.taggers
    rows = []
    for name in sorted(trainings, key=lambda tagger: tagger != reference):
        metadata = trainings[name]
        seconds, steps = (fmean(float(of[key]) for of in metadata) for key in ("seconds", "epochs"))
        rejection = known[name].rejection_over_tight
        less = _difference(evaluation, name, reference)
        rows.append(
            {
                "Tagger": things.title(name),
                "Training, s a model": number(seconds),
                "Epochs or trees": f"{steps:.0f}",
                "ms an epoch or tree": number(1e3 * seconds / steps),
                "AUC": number(known[name].auc.value, known[name].auc.error),
                "AUC less reference": "–" if name == reference else number(less.value, less.error),
                "Rejection over TIGHT": number(rejection.value, rejection.error),
            }
        )
    first = trainings[reference][0]
    counts = first["counts"]["training"]
    note = (
        f"{things.title(evaluation.campaign)}: means over {len(trainings[reference])} folds, "
        f"{counts['signal'] + counts['background']:,} muons in the first; trained on "
        f"{first['device']}, one thread. Rejection at the efficiency of TIGHT, "
        f"{evaluation.tight_efficiency.value:.3f}; errors from replicas of the events, "
        "the same for all taggers."
    )
    return [Table("Quality and time of taggers", pd.DataFrame(rows), note)]


def _difference(evaluation: Evaluation, name: str, reference: str) -> Number:
    """Of the areas of two taggers, in the same replicas."""
    one, other = evaluation.taggers[name], evaluation.taggers[reference]
    pairs = zip(one.auc_replicas, other.auc_replicas, strict=True)
    return Number.of(one.auc.value - other.auc.value, [first - second for first, second in pairs])
