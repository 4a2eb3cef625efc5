"""Other working points of a mass point, and fits in bins of mass and score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics.candidates import (
    SampleFiles,
    Scored,
    ScoredCandidates,
    read_candidates,
)
from hepchain.chains.soft_electrons.statistics.discriminants import mass_and_score
from hepchain.chains.soft_electrons.statistics.gain import median, ratio
from hepchain.chains.soft_electrons.statistics.point import MassPoint, signal_uncertainties
from hepchain.chains.soft_electrons.statistics.scan import Scan, scan_thresholds
from hepchain.combination.working_points import read_background, threshold_of
from hepchain.io.structured import write_json
from hepchain.seeds import generator
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.region import analyse
from hepchain.statistics.results import ApproachResult
from hepchain.statistics.workspace import SIGNAL


@dataclass(frozen=True)
class DiscriminantResult:
    """Expected limit of a fit in the bins of a discriminant."""

    name: str
    title: str
    result: ApproachResult
    gain: float | None
    """Median limit of the reference over its own."""


def run_scan(
    files: SampleFiles,
    hadrons: Path,
    output: Path,
    point: MassPoint,
    config: StatisticsConfig,
    nominal: float,
    seed: int,
) -> None:
    """Scan of the working point and comparison of the discriminants of one mass point.

    Parameters
    ----------
    hadrons : scores of the sample whose hadrons define the fake rate
    nominal : fake rate of the working point of the run
    """
    score, _, weight = read_background(hadrons)

    def threshold(rate: float) -> float:
        return threshold_of(score, weight, rate)

    paths = {SIGNAL: files.signal, **files.backgrounds}
    samples = {
        name: read_candidates(ScoredCandidates, path, point.name, config.luminosity).best()
        for name, path in paths.items()
    }
    scan = scan_thresholds(
        samples[SIGNAL],
        [events for name, events in samples.items() if name != SIGNAL],
        {rate: threshold(rate) for rate in {*config.scan.fake_rates, nominal}},
        nominal,
        config,
        generator(seed, "statistics", point.name, "scan"),
    )
    discriminants = _fits(samples, threshold, point, config)
    write_json(output, _content(point, config, scan, discriminants))


def _fits(
    samples: Mapping[str, Scored],
    threshold: Callable[[float], float],
    point: MassPoint,
    config: StatisticsConfig,
) -> list[DiscriminantResult]:
    """Fits of all discriminants; variations of the simulation are not in them."""
    uncertainties = signal_uncertainties(point.masses, config)
    results: dict[str, ApproachResult] = {}
    for name, item in config.scan.discriminants.items():
        cuts = [threshold(rate) for rate in item.fake_rates]
        discriminant = mass_and_score(name, item, cuts, point.masses.splitting)
        region = discriminant.region(point.name, samples, uncertainties)
        results[name], _ = analyse(region, config)
    reference = median(results[config.scan.reference])
    return [
        DiscriminantResult(name, result.title, result, ratio(reference, median(result)))
        for name, result in results.items()
    ]


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
        "reference": config.scan.reference,
        "discriminants": [asdict(item) for item in discriminants],
    }
