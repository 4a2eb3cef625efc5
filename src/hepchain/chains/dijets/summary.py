"""The numbers of a run, each with its error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Named = dict[str, dict[str, float | None]]
LEVEL = 0.05
"""Global p-value below which a pseudo-experiment is a false alarm."""


def summary(
    searches: Mapping[int, Mapping[str, Any]],
    performance: Mapping[str, Mapping[str, Any]],
    correlated: Mapping[str, Mapping[str, Any]],
    likelihoods: Mapping[str, Sequence[float]],
    experiments: Sequence[Mapping[str, Any]],
    study: Mapping[str, Mapping[str, float]] | None,
    window: str,
) -> Named:
    """Name -> value and error of one standard deviation; None where there is none.

    - ``max_sic/{method}``: with the most injected events; largest efficiency / root of the fake
      rate in the window of the signal, at least 25 background events passing; error: a bootstrap
    - ``max_sic_correlated/{method}``: the same where features depend on m(JJ)
    - ``log_likelihood/{flow}``: of an event beside the window that no fit has seen, mean over the
      seeds with its error; none of a single one
    - ``significance/{injected}/{efficiency}``: local, in that window, standard deviations;
      ``global_p/{injected}/{efficiency}``: of all windows
    - ``events/{injected}/{efficiency}``: events beyond the fit in that window
    - ``mass_{a,b,c}/{injected}/{efficiency}``: masses of what is found [GeV], in the window of the
      smallest local p-value; none below 3 standard deviations
    - ``false_alarm_rate``: share of pseudo-experiments with a global p-value below 0.05
    - ``real_slice/{study}``, ``auc_against_real_slice/{class}``: where a slice is given
    """
    found: Named = {}
    for name, group in (("max_sic", performance), ("max_sic_correlated", correlated)):
        for method, measured in group.items():
            value, error = measured["max_sic"], measured["max_sic_error"]
            found[f"{name}/{method}"] = _number(value, error)
    for flow, values in likelihoods.items():
        found[f"log_likelihood/{flow}"] = _mean(values)
    for injected, outcome in searches.items():
        found |= _of_search(injected, outcome, window)
    p_values = [item["global_value"] for item in experiments if item["global_value"] is not None]
    found["false_alarm_rate"] = _share(sum(p < LEVEL for p in p_values), len(p_values))
    for name, value in (study or {}).items():
        found[name] = dict(value)
    return found


def _of_search(injected: int, outcome: Mapping[str, Any], window: str) -> Named:
    found: Named = {}
    for item in outcome["findings"]:
        if item["window"] == window:
            name = f"{injected}/{item['efficiency']:g}"
            found[f"significance/{name}"] = _number(item["significance"], 1.0)
            found[f"events/{name}"] = excess_of(item)
    for item in outcome["resonances"]:
        for particle in "abc":
            name = f"mass_{particle}/{injected}/{item['efficiency']:g}"
            found[name] = dict(item[particle])
    for item in outcome["best"]:
        name = f"global_p/{injected}/{item['efficiency']:g}"
        found[name] = _number(item["global_value"], item["global_error"])
    return found


def excess_of(finding: Mapping[str, Any]) -> dict[str, float | None]:
    """Events beyond the fit in a window with their error; None where no fit has converged."""
    if finding["expected"] is None or finding["error"] is None:
        return _number(None, None)
    error = math.hypot(math.sqrt(finding["observed"]), finding["error"])
    return _number(finding["observed"] - finding["expected"], error)


def _number(value: float | None, error: float | None) -> dict[str, float | None]:
    return {"value": value, "error": None if value is None else error}


def _mean(values: Sequence[float]) -> dict[str, float | None]:
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else None
    return _number(float(np.mean(values)), error)


def _share(passing: int, total: int) -> dict[str, float | None]:
    """Share with its binomial error, that of (k + 1/2) / (n + 1) so that it is never zero."""
    if total == 0:
        return {"value": None, "error": None}
    estimate = (passing + 0.5) / (total + 1.0)
    return {"value": passing / total, "error": math.sqrt(estimate * (1.0 - estimate) / total)}
