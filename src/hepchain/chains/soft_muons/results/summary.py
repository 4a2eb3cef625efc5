"""The numbers of a run to remember."""

from __future__ import annotations

import statistics
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
    evaluations: Sequence[Content],
    calibrations: Sequence[Content],
    config: ResultsConfig,
    real_muons: int,
) -> dict[str, Content]:
    """Name -> value and error; of a campaign the name ends with it, of the last it also does not.

    Parameters
    ----------
    evaluations : content of :class:`.Evaluation`, a campaign each; the last is the main one
    calibrations : content of :class:`.PtRel` of each
    real_muons : muons read of samples that somebody brings
    """
    best = best_of(evaluations)
    content: dict[str, Content] = {}
    for evaluation, calibration in zip(evaluations, calibrations, strict=True):
        own = _of_campaign(evaluation, config, best) | _of_calibration(calibration)
        content |= own
        content |= {f"{name}/{evaluation['campaign']}": number for name, number in own.items()}
    return content | {"real_muons_read": {"value": real_muons, "error": 0}}


def _of_campaign(evaluation: Content, config: ResultsConfig, best: str) -> dict[str, Content]:
    taggers = evaluation["taggers"]
    spreads = {name: taggers[name]["spread"] for name in config.reweighted}
    gentlest = min(spreads.values(), key=lambda number: float(number["value"]))
    spreads["conditional"] = evaluation["conditional_spread"]
    others = {name: tagger for name, tagger in taggers.items() if name != config.network}
    return {
        "rejection_over_tight/network": taggers[config.network]["rejection_over_tight"],
        "rejection_over_tight/best": taggers[best]["rejection_over_tight"],
        "rejection_over_tight/conditional": evaluation["conditional_rejection"],
        **{f"auc/{name}": tagger["auc"] for name, tagger in taggers.items()},
        **{
            f"auc_less_network/{name}": _difference(tagger, taggers[config.network])
            for name, tagger in others.items()
        },
        "signal_efficiency_spread/unweighted": taggers[config.network]["spread"],
        "signal_efficiency_spread/best": gentlest,
        **{f"signal_efficiency_spread/{name}": number for name, number in spreads.items()},
        "signal_efficiency_spread/tight": evaluation["tight_spread"],
        "effective_fakes": evaluation["effective_fakes"],
        "effective_signal": evaluation["signal_muons"],
        "tight_efficiency": _symmetric(evaluation["tight_efficiency"]),
        "tight_acceptance": _symmetric(evaluation["tight_acceptance"]),
    }


def _of_calibration(calibration: Content) -> dict[str, Content]:
    numbers: dict[str, Content] = {}
    for name, found in calibration["selections"].items():
        numbers[f"pt_rel_efficiency/{name}"] = found["signal"]
        numbers[f"pt_rel_closure/{name}"] = found["bias"]
        numbers[f"pt_rel_systematic/{name}"] = {"value": found["systematic"], "error": 0}
    return numbers


def _difference(one: Content, other: Content) -> Content:
    """Of two areas, with the error of the difference in the same replicas."""
    pairs = zip(one["auc_replicas"], other["auc_replicas"], strict=True)
    error = statistics.pstdev([first - second for first, second in pairs])
    return {"value": one["auc"]["value"] - other["auc"]["value"], "error": error}


def _symmetric(efficiency: Content) -> Content:
    half = 0.5 * (efficiency["high"] - efficiency["low"])
    return {"value": efficiency["value"], "error": half}
