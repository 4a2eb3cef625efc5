"""Statistics of one mass point: selected events in, workspaces and result out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.assumptions import Kind, assumed
from hepchain.chains.soft_electrons.config.statistics import EveryCandidate, StatisticsConfig
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.chains.soft_electrons.statistics.choice import Choice, choose
from hepchain.chains.soft_electrons.statistics.comparison import (
    Other,
    alternative,
    count_alternatives,
    figures_of_merit,
)
from hepchain.chains.soft_electrons.statistics.control import ControlResult, Counted, control_result
from hepchain.chains.soft_electrons.statistics.factors import gain_factors
from hepchain.chains.soft_electrons.statistics.gain import Merits, estimates, make_gain
from hepchain.chains.soft_electrons.statistics.point import (
    MassPoint,
    PointCandidates,
    make_region,
    signal_uncertainties,
)
from hepchain.errors import StageError
from hepchain.io.structured import write_json
from hepchain.seeds import generator
from hepchain.statistics.few_events import with_toys
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import SIGMAS, status_of
from hepchain.statistics.region import (
    Region,
    analyse,
    counting_scale,
    diagnosed,
    uncertainties_of,
)
from hepchain.statistics.results import OK, ApproachResult, GainFactors, PointResult
from hepchain.statistics.workspace import SIGNAL, Specification

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatisticsInputs:
    """Files of one mass point."""

    opposite_sign: SampleFiles
    """Candidates of the signal region."""
    same_sign: SampleFiles | None = None
    """Candidates of the electron's own charge; None: no control region."""
    data: Mapping[str, Path] | None = None
    """Sample of data -> its candidates, the signal region included; None while that is closed."""


@dataclass(frozen=True)
class StatisticsOutputs:
    """Files to write."""

    workspaces: Mapping[str, Path]
    """Approach -> its workspace."""
    result: Path
    fit: Path
    """Pulls, impacts and correlations of the headline."""
    control: Path | None = None
    """Workspace of the headline with the control region."""


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
    StageError : too few simulated events and ``config.on_insufficient`` is ``error``
    """
    data = None if inputs.data is None else list(inputs.data.values())
    candidates = PointCandidates.read(
        inputs.opposite_sign, point.name, config.luminosity, data, config.working_points()
    )
    choice = None
    if config.choice is not None:
        choice = choose(point, candidates, config.choice, config)
        candidates = choice.applied(candidates)
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
    headline = results[config.headline]
    control, workspace = _control(inputs, point, candidates, choice, config, headline)
    made = _point_result(point, config, results, others, found, factors, control)
    if choice is not None:
        made = replace(made, choice=choice.content)
    for name, path in outputs.workspaces.items():
        write_json(path, workspaces[name])
    write_json(outputs.result, asdict(made))
    if outputs.control is not None and workspace is not None:
        write_json(outputs.control, workspace)
    write_json(outputs.fit, fit_content(point, regions[config.headline], config, headline))


def _control(
    inputs: StatisticsInputs,
    point: MassPoint,
    candidates: PointCandidates,
    choice: Choice | None,
    config: StatisticsConfig,
    result: ApproachResult,
) -> tuple[ControlResult | None, Specification | None]:
    """Result of the headline with the control region, and its workspace."""
    if inputs.same_sign is None:
        return None, None
    approach = config.approaches[result.name]
    same = PointCandidates.read(
        inputs.same_sign, point.name, config.luminosity, None, config.working_points()
    )
    if choice is not None:
        same = choice.applied(same)
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
            status = status_of(error)
            assumed(LOGGER, Kind.NO_FIT, f"{region.name}: no pulls and impacts: {error}")
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
        headline=config.headline,
        baseline=config.baseline,
        approaches=tuple(results.values()),
        estimates={name: estimates(found[name], result) for name, result in results.items()},
        gains=tuple(make_gain(found, results, approach, over) for approach, over in config.pairs),
        alternatives=tuple(alternative(other, found, results, config.pairs) for other in others),
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
    LOGGER.info("%s: S = %s, B = %s", name, result.signal, result.background)
    if result.status != OK:
        assumed(LOGGER, Kind.NO_LIMIT, f"{name}: no limit: {result.status}")
    if result.limit is not None:
        values = ", ".join(f"{value:.4g}" for value in result.limit.expected)
        LOGGER.info("%s: expected limit on mu at %s sigma: %s", name, SIGMAS, values)
    if result.observed is not None:
        LOGGER.info("%s: %s", name, result.observed)
