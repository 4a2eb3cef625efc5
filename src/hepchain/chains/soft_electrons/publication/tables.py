"""The tables of a submission, from the results of all stages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hepchain.chains.soft_electrons.figures.cutflow import CutFlow
from hepchain.publication.patches import CONTROL
from hepchain.publication.records import (
    MISSING,
    Number,
    Table,
    Uncertainty,
    Variable,
    or_missing,
    unused,
)
from hepchain.statistics.results import OK
from hepchain.statistics.workspace import SIGNAL, Specification

Results = Mapping[str, Mapping[str, Any]]
"""Mass point -> content of its ``result.json``."""

STATISTICAL = "stat"
"""Label of statistical errors of the simulation."""

EVENTS = "Expected events"


@dataclass(frozen=True)
class Names:
    """How samples and approaches are called."""

    samples: Mapping[str, str]
    approaches: Mapping[str, str]

    def of(self, sample: str) -> str:
        """Title of a sample, its name if it has none."""
        return self.samples.get(sample, sample)


def cut_flows(
    flows: Sequence[CutFlow], splittings: Mapping[str, float], names: Names
) -> list[Table]:
    """A table for each mass window: cuts downwards, samples side by side.

    Parameters
    ----------
    splittings : mass point -> mass splitting [GeV]
    """
    windows: dict[tuple[str, ...], dict[str, CutFlow]] = {}
    for flow in flows:
        windows.setdefault(flow.cuts, {}).setdefault(flow.sample, flow)
    tables: dict[str, Table] = {}
    for cuts, samples in windows.items():
        splitting = splittings[next(iter(samples.values())).point]
        name = unused(f"Cut-flow below {splitting:.6g} GeV", tables, "{name} ({n})")
        tables[name] = Table(
            name,
            f"Expected events after each cut, for mass splittings of {splitting:.6g} GeV.",
            [Variable("Cut", cuts)],
            [column for flow in samples.values() for column in _cut_columns(flow, names)],
            ["N"],
            "cutflow",
        )
    return list(tables.values())


def _cut_columns(flow: CutFlow, names: Names) -> list[Variable]:
    sample = {"SAMPLE": names.of(flow.sample)}
    error = Uncertainty(STATISTICAL, flow.error.tolist())
    return [
        Variable(EVENTS, flow.weighted.tolist(), "", [error], sample),
        Variable("Simulated events", flow.events, "", (), sample),
    ]


def masses(results: Results) -> list[Variable]:
    """The mass points: masses of both neutralinos."""
    return [
        Variable(title, [result[key] for result in results.values()], "GEV")
        for title, key in (("m(N2)", "mass_n2"), ("m(N1)", "mass_n1"))
    ]


def yields(
    approach: str, results: Results, workspaces: Mapping[str, Specification], names: Names
) -> Table:
    """Signal and backgrounds of all mass points, with each uncertainty of the statistical model.

    Parameters
    ----------
    workspaces : mass point -> its workspace of this approach
    """
    found = [_approach(result, approach) for result in results.values()]
    samples = [SIGNAL, *found[0]["backgrounds"]]
    columns = [_yield_column(sample, list(workspaces.values()), names) for sample in samples]
    simulated = [
        Variable(
            "Simulated events", [item[key]["events"] for item in found], "", (), {"SAMPLE": key}
        )
        for key in ("signal", "background")
    ]
    observed = [item["observed"] for item in found]
    if all(observed):
        counts = [item["events"] for item in observed]
        simulated.append(Variable("Observed events", counts, "", (), {"SAMPLE": "data"}))
    return Table(
        f"Yields {spaced(approach)}",
        f"Expected events in the mass window of each mass point, {names.approaches[approach]}. "
        "Uncertainties of a sample are those of the statistical model.",
        masses(results),
        [*columns, _total(found), *simulated],
        ["N"],
        "yields",
    )


def _yield_column(name: str, workspaces: Sequence[Specification], names: Names) -> Variable:
    """Yields of one sample of the workspaces, with the uncertainties that these have."""
    samples = [_sample(workspace, name) for workspace in workspaces]
    values = [math.fsum(sample["data"]) for sample in samples]
    scales = [_normalisations(sample) for sample in samples]
    uncertainties = [Uncertainty(STATISTICAL, [_statistical(sample) for sample in samples])]
    for label in dict.fromkeys(label for scale in scales for label in scale):
        sides = [_sides(scale.get(label), v) for scale, v in zip(scales, values, strict=True)]
        uncertainties.append(Uncertainty(f"sys,{spaced(label)}", sides))
    return Variable(EVENTS, values, "", uncertainties, {"SAMPLE": names.of(name)})


def _sample(workspace: Specification, name: str) -> dict[str, Any]:
    samples: list[dict[str, Any]] = workspace["channels"][0]["samples"]
    return next(sample for sample in samples if sample["name"] == name)


def _normalisations(sample: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    """Parameter -> factors on the yield; changes of the shape alone are left out."""
    modifiers = sample["modifiers"]
    return {item["name"]: item["data"] for item in modifiers if item["type"] == "normsys"}


def _statistical(sample: Mapping[str, Any]) -> float:
    """Statistical error of a sample: bins in quadrature."""
    return math.hypot(
        *(
            error
            for item in sample["modifiers"]
            if item["type"] == "staterror"
            for error in item["data"]
        )
    )


def _sides(factors: Mapping[str, float] | None, value: float) -> tuple[float, float] | None:
    """Changes of a yield by a normalisation, downwards and upwards; None without it."""
    if factors is None:
        return None
    return value * (factors["lo"] - 1.0), value * (factors["hi"] - 1.0)


def _total(found: Sequence[Mapping[str, Any]]) -> Variable:
    """Sum of the backgrounds; what is not statistics in quadrature."""
    errors = [item["background"]["error"] for item in found]
    rest = [
        math.sqrt(max(item["background_uncertainty"] ** 2 - error**2, 0.0))
        for item, error in zip(found, errors, strict=True)
    ]
    uncertainties = [Uncertainty(STATISTICAL, errors), Uncertainty("sys", rest)]
    values = [item["background"]["value"] for item in found]
    return Variable(EVENTS, values, "", uncertainties, {"SAMPLE": "all backgrounds"})


def limits(
    approach: str,
    results: Results,
    names: Names,
    title: str = "Limits",
    figure: str = "sensitivity",
) -> Table:
    """Expected limits of all mass points with both bands, observed ones if there are."""
    found = {point: _approach(result, approach) for point, result in results.items()}
    without = ", ".join(point for point, item in found.items() if item["status"] != OK)
    left = f" Without limit, for lack of simulated events or of a fit: {without}." * bool(without)
    return Table(
        f"{title} {spaced(approach)}",
        "Upper limit (CLs, asymptotic formulas) on the signal strength, the cross-section over "
        f"its prediction, {names.approaches[approach]}; bands of the expected limit, and its "
        f"statistical error from the simulation.{left}",
        masses(results),
        _limit_columns(approach, results, list(found.values())),
        ["CLS"],
        "" if approach == CONTROL else figure,
    )


def _limit_columns(
    approach: str, results: Results, found: Sequence[Mapping[str, Any]]
) -> list[Variable]:
    level = next(iter(results.values()))["confidence_level"]
    name = f"{100 * level:g} % CL upper limit on the signal strength"
    bands = [item["limit"]["expected"] if item["limit"] else None for item in found]
    errors = [
        Uncertainty("1 sigma", [_band(band, 1) for band in bands]),
        Uncertainty("2 sigma", [_band(band, 2) for band in bands]),
        Uncertainty(STATISTICAL, [_limit_error(result, approach) for result in results.values()]),
    ]
    significances = [or_missing(item["significances"]["profile_likelihood"]) for item in found]
    columns = [
        Variable(f"Expected {name}", [_median(band) for band in bands], uncertainties=errors),
        Variable("Expected significance", significances, "SIGMA"),
    ]
    observed = [item["observed"] for item in found]
    if all(observed):
        values = [or_missing(item["limit"]) for item in observed]
        columns.append(Variable(f"Observed {name}", values))
    return columns


def _median(band: Sequence[float] | None) -> Number | str:
    return band[len(band) // 2] if band else MISSING


def _band(band: Sequence[float] | None, sigma: int) -> tuple[Number, Number] | None:
    """Ends of a band relative to the median."""
    if not band:
        return None
    middle = len(band) // 2
    return band[middle - sigma] - band[middle], band[middle + sigma] - band[middle]


def _limit_error(result: Mapping[str, Any], approach: str) -> float | None:
    if approach == CONTROL:
        return None
    estimate = result["estimates"][approach]["limit"]
    return estimate["error"] if estimate else None


def _approach(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """One of the approaches, or in the same form the headline with its control region."""
    if name == CONTROL:
        found = result["control"]
        significances = {"profile_likelihood": found["profile_likelihood"]}
        return {**found, "significances": significances, "observed": None}
    approaches: list[Mapping[str, Any]] = result["approaches"]
    return next(item for item in approaches if item["name"] == name)


def spaced(name: str) -> str:
    """Name as it is printed."""
    return name.replace("_", " ")
