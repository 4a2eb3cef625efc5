"""Other working points of a mass point, and fits in bins of mass and score."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.combination.working_points import read_hadrons, threshold_of
from hepchain.config.statistics import Discriminant, StatisticsConfig
from hepchain.io.structured import write_json
from hepchain.seeds import generator
from hepchain.statistics.gain import median
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.region import Region, analyse
from hepchain.statistics.results import ApproachResult
from hepchain.statistics.scan import Best, Scan, best_candidates, binned_entries, scan_thresholds
from hepchain.statistics.templates import Entries
from hepchain.statistics.zstar import read_candidates
from hepchain.statistics.zstar_point import MassPoint, signal_uncertainties

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScanInputs:
    """Files of one mass point."""

    signal: Path
    """Candidates of the signal."""
    backgrounds: Mapping[str, Path]
    """Name of the background sample -> its candidates."""
    hadrons: Path
    """Scores of the sample whose hadrons define the fake rate."""


@dataclass(frozen=True)
class DiscriminantResult:
    """Expected limit of a fit in the bins of a discriminant."""

    name: str
    title: str
    result: ApproachResult
    gain: float | None
    """Median limit of the first discriminant over its own."""


def run_scan(
    inputs: ScanInputs,
    output: Path,
    point: MassPoint,
    config: StatisticsConfig,
    nominal: float,
    seed: int,
) -> None:
    """Scan of the working point and comparison of the discriminants of one mass point.

    Parameters
    ----------
    nominal : fake rate of the working point of the run
    """
    score, _, weight = read_hadrons(inputs.hadrons)

    def threshold(rate: float) -> float:
        return threshold_of(score, weight, rate)

    def events(path: Path) -> Best:
        return best_candidates(read_candidates(path, point.masses.splitting, point.veto))

    signal = events(inputs.signal)
    backgrounds = {name: events(path) for name, path in inputs.backgrounds.items()}
    scan = _scan(signal, backgrounds, threshold, point, config, nominal, seed)
    uncertainties = signal_uncertainties(point.masses, config)
    discriminants: list[DiscriminantResult] = []
    for name, item in config.scan.discriminants.items():
        cuts = [threshold(rate) for rate in item.fake_rates]
        region = make_region(name, item, cuts, signal, backgrounds, point, uncertainties)
        result, _ = analyse(region, config)
        first = discriminants[0].result if discriminants else result
        discriminants.append(DiscriminantResult(name, item.title, result, _gain(first, result)))
    _report(scan, discriminants)
    write_json(output, _content(point, config, scan, discriminants))


def _scan(
    signal: Best,
    backgrounds: Mapping[str, Best],
    threshold: Callable[[float], float],
    point: MassPoint,
    config: StatisticsConfig,
    nominal: float,
    seed: int,
) -> Scan:
    rates = {*config.scan.fake_rates, nominal}
    return scan_thresholds(
        signal,
        list(backgrounds.values()),
        {rate: threshold(rate) for rate in rates},
        nominal,
        float(np.hypot(config.background_uncertainty, config.luminosity_uncertainty)),
        config.confidence_level,
        config.scan.min_effective_events,
        config.bootstrap_replicas,
        generator(seed, "statistics", point.name, "scan"),
    )


def make_region(
    name: str,
    item: Discriminant,
    thresholds: Sequence[float],
    signal: Best,
    backgrounds: Mapping[str, Best],
    point: MassPoint,
    uncertainties: Mapping[str, float],
) -> Region:
    """The region of a discriminant; its bins are numbered, not of a quantity.

    Variations of the simulation are not in it.
    """

    def entries(events: Best) -> Entries:
        return binned_entries(events, thresholds, item.mass_bins, point.masses.splitting)

    return Region(
        name=f"{point.name}_{name}",
        approach=name,
        title=item.title,
        signal=entries(signal),
        backgrounds={key: entries(events) for key, events in backgrounds.items()},
        edges=np.arange(len(item.fake_rates) * item.mass_bins + 1, dtype=np.float64),
        signal_uncertainties=uncertainties,
    )


def _gain(first: ApproachResult, result: ApproachResult) -> float | None:
    before, after = median(first), median(result)
    return before / after if before is not None and after is not None else None


def _content(
    point: MassPoint,
    config: StatisticsConfig,
    scan: Scan,
    discriminants: Sequence[DiscriminantResult],
) -> dict[str, Any]:
    return {
        "point": point.name,
        "splitting": point.masses.splitting,
        "tagger": point.tagger,
        "luminosity_fb": config.luminosity,
        "confidence_level": config.confidence_level,
        "sigmas": SIGMAS,
        "min_effective_events": config.scan.min_effective_events,
        **asdict(scan),
        "discriminants": [asdict(item) for item in discriminants],
    }


def _report(scan: Scan, discriminants: Sequence[DiscriminantResult]) -> None:
    for best in scan.optima:
        LOGGER.info(
            "%s is best at a fake rate of %.2g (68 %% of replicas: %s to %s)",
            best.merit,
            best.fake_rate,
            best.low,
            best.high,
        )
    for item in discriminants:
        limit = median(item.result)
        LOGGER.info("%s: expected limit on mu %s (%s)", item.name, limit, item.result.status)
