"""The numbers of a run to remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hepchain.chains.soft_muons.config.tight import ResultsConfig

Content = Mapping[str, Any]


def best_of(evaluations: Sequence[Content]) -> str:
    """Tagger with the largest area under the curve, of the mean over campaigns."""
    names: list[str] = list(evaluations[0]["taggers"])
    areas = {
        name: sum(found["taggers"][name]["auc"]["value"] for found in evaluations) for name in names
    }
    return max(names, key=lambda name: areas[name])


def summary(
    evaluations: Sequence[Content], config: ResultsConfig, real_muons: int
) -> dict[str, Any]:
    """Name -> value and error, nested by campaign where there are several.

    Parameters
    ----------
    evaluations : content of :class:`.Evaluation`, a campaign each; the last is the main one
    real_muons : muons read of samples that somebody brings
    """
    main, best = evaluations[-1], best_of(evaluations)
    content = _of_campaign(main, config, best)
    for evaluation in evaluations:
        content[evaluation["campaign"]] = _of_campaign(evaluation, config, best)
    content["real_muons_read"] = {"value": real_muons, "error": 0}
    return content


def _of_campaign(evaluation: Content, config: ResultsConfig, best: str) -> dict[str, Any]:
    taggers = evaluation["taggers"]
    network, other = taggers[config.network], taggers[best]
    gentler = {name: taggers[name]["spread"] for name in config.reweighted}
    gentler["conditional"] = evaluation["conditional_spread"]
    return {
        "rejection_over_tight": {
            "network": network["rejection_over_tight"],
            "best": other["rejection_over_tight"],
        },
        "auc": {name: tagger["auc"] for name, tagger in taggers.items()},
        "signal_efficiency_spread": {
            "unweighted": network["spread"],
            "best": min(gentler.values(), key=lambda number: float(number["value"])),
            **gentler,
        },
        "effective_fakes": evaluation["effective_fakes"],
        "tight_efficiency": _symmetric(evaluation["tight_efficiency"]),
        "tight_acceptance": _symmetric(evaluation["tight_acceptance"]),
        "conditional_rejection": evaluation["conditional_rejection"],
    }


def _symmetric(efficiency: Content) -> dict[str, float]:
    half = 0.5 * (efficiency["high"] - efficiency["low"])
    return {"value": efficiency["value"], "error": half}


