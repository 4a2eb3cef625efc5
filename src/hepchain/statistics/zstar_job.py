"""Statistics of one mass point: selected events in, workspaces and result out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.config.statistics import EveryCandidate, StatisticsConfig
from hepchain.errors import StageError
from hepchain.io.parquet import column_names
from hepchain.io.structured import read_json, write_json
from hepchain.seeds import generator
from hepchain.statistics.approaches import Candidates
from hepchain.statistics.control import ControlResult, Counted, control_result
from hepchain.statistics.factors import gain_factors
from hepchain.statistics.few_events import with_toys
from hepchain.statistics.gain import Merits, estimates, make_gain
from hepchain.statistics.inference import SIGMAS, NotConvergedError
from hepchain.statistics.region import (
    NOT_CONVERGED,
    Region,
    analyse,
    counting_scale,
    diagnosed,
    uncertainties_of,
)
from hepchain.statistics.results import OK, ApproachResult, GainFactors, PointResult
from hepchain.statistics.workspace import SIGNAL, Specification
from hepchain.statistics.zstar import read_candidates
from hepchain.statistics.zstar_comparison import (
    Other,
    alternative,
    count_alternatives,
    figures_of_merit,
)
from hepchain.statistics.zstar_point import (
    MassPoint,
    PointCandidates,
    make_region,
    signal_uncertainties,
)

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatisticsInputs:
    """Files of one mass point."""

    signal: Path
    """Candidates of the signal."""
    backgrounds: Mapping[str, Path]
    """Name of the background sample -> its candidates."""
    normalisations: tuple[Path, ...]
    """Normalisations of all these samples."""
    varied: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    """Sample -> variation -> candidates of the sample simulated with it."""
    same_sign: Mapping[str, Path] = field(default_factory=dict)
    """``signal`` and background samples -> candidates of the electron's own charge; none: no
    control region."""
    same_sign_varied: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    """As ``varied``, of the electron's own charge."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """Variation -> column of the candidates with the varied over the nominal weight."""
    data: Mapping[str, Path] | None = None
    """Sample of data -> its candidates, the signal region included; None while that is closed."""


@dataclass(frozen=True)
class StatisticsOutputs:
    """Files to write."""

    workspaces: Mapping[str, Path]
    """Approach -> its workspace."""
    result: Path
    fit: Path
    """Pulls, impacts and correlations of the last approach."""
    control: Path | None = None
    """Workspace of the last approach with the control region."""


def run_statistics(
    inputs: StatisticsInputs,
    outputs: StatisticsOutputs,
    point: MassPoint,
    config: StatisticsConfig,
    seed: int,
) -> None:
    """Statistics of one mass point, for each approach.

    Raises
    ------
    StageError : too few simulated events and ``config.on_insufficient`` is ``error``; the samples
        were normalised to another luminosity
    """
    for path in inputs.normalisations:
        _check_luminosity(path, config.luminosity)
    candidates = read_point(inputs, point)
    regions = {
        name: make_region(name, approach, point, candidates, config)
        for name, approach in config.approaches.items()
    }
    results: dict[str, ApproachResult] = {}
    workspaces: dict[str, Specification] = {}
    for name, region in regions.items():
        result, workspaces[name] = analyse(region, config)
        results[name] = with_toys(result, config, seed, "statistics", point.name, name)
        _report(region.name, results[name])
    _refuse_insufficient(point.name, results, config)
    others = count_alternatives(point, candidates, config)
    random = generator(seed, "statistics", point.name, "bootstrap")
    found = figures_of_merit(candidates, config, results, others, random)
    factors = _factors(candidates, config, generator(seed, "statistics", point.name, "factors"))
    control, workspace = _control(inputs, point, candidates, config, list(results.values())[-1])
    content = _point_result(point, config, results, others, found, factors, control)
    for name, path in outputs.workspaces.items():
        write_json(path, workspaces[name])
    write_json(outputs.result, content.to_dict())
    if outputs.control is not None and workspace is not None:
        write_json(outputs.control, workspace)
    last = list(regions)[-1]
    write_json(outputs.fit, fit_content(point, regions[last], config, results[last]))


def read_point(inputs: StatisticsInputs, point: MassPoint) -> PointCandidates:
    """Candidates of all samples in the mass window, without and with variations."""
    paths = {SIGNAL: inputs.signal, **inputs.backgrounds}
    found = _read_samples(paths, inputs.varied, inputs.weights, point)
    data = None if inputs.data is None else [_read(path, point) for path in inputs.data.values()]
    return replace(found, data=data)


def _read_samples(
    paths: Mapping[str, Path],
    varied: Mapping[str, Mapping[str, Path]],
    weights: Mapping[str, str],
    point: MassPoint,
) -> PointCandidates:
    """Candidates of ``signal`` and of backgrounds, without and with variations."""
    nominal = {name: _read(path, point) for name, path in paths.items()}
    return PointCandidates(
        nominal,
        {
            name: read_varied(
                path, varied.get(point.name if name == SIGNAL else name, {}), weights, point
            )
            for name, path in paths.items()
        },
    )


def _read(path: Path, point: MassPoint, factor: str | None = None) -> Candidates:
    return read_candidates(path, point.masses.splitting, point.veto, factor)


def read_varied(
    path: Path, simulated: Mapping[str, Path], weights: Mapping[str, str], point: MassPoint
) -> dict[str, Candidates]:
    """Candidates of a sample under each of its variations; of weights, those it has a column of.

    Parameters
    ----------
    path : candidates without a variation
    simulated : variation -> candidates of the sample simulated with it
    weights : variation -> column with the varied over the nominal weight
    """
    found = {name: _read(other, point) for name, other in simulated.items()}
    present = column_names(path)
    for variation, column in weights.items():
        if column in present:
            found[variation] = _read(path, point, column)
        else:
            LOGGER.info("%s has no column %s: no variation %s", path, column, variation)
    return found


def _control(
    inputs: StatisticsInputs,
    point: MassPoint,
    candidates: PointCandidates,
    config: StatisticsConfig,
    result: ApproachResult,
) -> tuple[ControlResult | None, Specification | None]:
    """Result of the last approach with the control region, and its workspace."""
    if not inputs.same_sign:
        return None, None
    approach = config.approaches[result.name]
    same = _read_samples(inputs.same_sign, inputs.same_sign_varied, inputs.weights, point)
    region, control = (
        Counted.of(make_region(result.name, approach, point, item, config), config)
        for item in (candidates, same)
    )
    scale = counting_scale(result) if result.status == OK else 1.0
    uncertainties = uncertainties_of(config, signal_uncertainties(point.masses, config))
    return control_result(result, region, control, uncertainties, config, scale)


def fit_content(
    point: MassPoint, region: Region, config: StatisticsConfig, result: ApproachResult
) -> dict[str, Any]:
    """Content of ``fit.json``; without ``diagnostics`` where there is no limit or a fit fails."""
    status, diagnostics = result.status, None
    if result.status == OK:
        try:
            diagnostics = asdict(diagnosed(region, config, result))
        except NotConvergedError as error:
            status = f"{NOT_CONVERGED}: {error}"
            LOGGER.warning("%s: no pulls and impacts: %s", region.name, error)
    return {
        "point": point.name,
        "approach": result.name,
        "title": result.title,
        "status": status,
        "luminosity_fb": config.luminosity,
        "diagnostics": diagnostics,
    }


def _point_result(
    point: MassPoint,
    config: StatisticsConfig,
    results: Mapping[str, ApproachResult],
    others: Sequence[Other],
    found: Mapping[str, Merits],
    factors: Sequence[GainFactors],
    control: ControlResult | None,
) -> PointResult:
    return PointResult(
        point=point.name,
        mass_n2=point.masses.n2,
        mass_n1=point.masses.n1,
        splitting=point.masses.splitting,
        luminosity_fb=config.luminosity,
        confidence_level=config.confidence_level,
        sigmas=SIGMAS,
        tagger=point.tagger,
        uncertainties=uncertainties_of(config, signal_uncertainties(point.masses, config)),
        approaches=tuple(results.values()),
        estimates={name: estimates(found[name], result) for name, result in results.items()},
        gains=tuple(
            make_gain(found, results, approach, over) for over, approach in combinations(results, 2)
        ),
        alternatives=tuple(alternative(other, found, results) for other in others),
        factors=tuple(factors),
        control=None if control is None else asdict(control),
    )


def _factors(
    candidates: PointCandidates, config: StatisticsConfig, random: np.random.Generator
) -> list[GainFactors]:
    """Factors of the gain of each approach that requires something."""
    samples = dict(candidates.nominal)
    signal = samples.pop(SIGNAL)
    return [
        gain_factors(
            name, approach, signal, list(samples.values()), config.bootstrap_replicas, random
        )
        for name, approach in config.approaches.items()
        if not isinstance(approach, EveryCandidate)
    ]


def _check_luminosity(path: Path, luminosity: float) -> None:
    """Refuse weights made for another luminosity."""
    found = read_json(path)["luminosity_fb"]
    if not np.isclose(found, luminosity, rtol=1e-9):
        raise StageError(
            f"{path}: normalised to {found} fb-1, but statistics.luminosity is {luminosity} fb-1; "
            "skim the sample again"
        )


def _refuse_insufficient(
    point: str, results: Mapping[str, ApproachResult], config: StatisticsConfig
) -> None:
    problems = [
        f"{name}: {result.status}"
        for name, result in results.items()
        if result.status.startswith("insufficient")
    ]
    if problems and config.on_insufficient == "error":
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise StageError(
            f"statistics of {point}: no limit can be given\n{lines}\n"
            "(statistics.on_insufficient: report writes the result without limits instead)"
        )


def _report(name: str, result: ApproachResult) -> None:
    signal, background = result.signal, result.background
    LOGGER.info(
        "%s: S = %.4g ± %.2g (%d events), B = %.4g ± %.2g (%d events)",
        name,
        signal.value,
        signal.error,
        signal.events,
        background.value,
        background.error,
        background.events,
    )
    for item in result.variations:
        if item.change is not None:
            LOGGER.info(
                "%s: %s changes the yield of %s by %+.2f ± %.2f %%",
                name,
                item.variation,
                item.sample,
                100 * item.change,
                100 * (item.error or 0.0),
            )
    if result.status != OK:
        LOGGER.warning("%s: no limit: %s", name, result.status)
    if result.limit is not None:
        values = ", ".join(f"{value:.4g}" for value in result.limit.expected)
        LOGGER.info("%s: expected limit on mu at %s sigma: %s", name, SIGMAS, values)
    if result.observed is not None:
        LOGGER.info(
            "%s: %d events observed; limit on mu %s, significance %s (%s)",
            name,
            result.observed.events,
            result.observed.limit,
            result.observed.significance,
            result.observed.status,
        )
