"""Statistics of one mass point: selected events in, workspaces and result out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import StatisticsConfig
from hepchain.errors import StageError
from hepchain.io.parquet import column_names
from hepchain.io.structured import read_json, write_json
from hepchain.seeds import generator
from hepchain.statistics.gain import make_gain
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.region import Region, analyse, uncertainties_of
from hepchain.statistics.results import OK, Gain, PointResult, UseResult
from hepchain.statistics.workspace import SIGNAL, Specification
from hepchain.statistics.zstar import RegionEvents, mass_edges, read_region

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
    weights: Mapping[str, str] = field(default_factory=dict)
    """Variation -> column of the candidates with the varied over the nominal weight."""


@dataclass(frozen=True)
class StatisticsOutputs:
    """Files to write."""

    workspace_without_tagger: Path
    workspace_with_tagger: Path
    result: Path


@dataclass(frozen=True)
class MassPoint:
    """A mass point and its mass window."""

    name: str
    masses: HiggsinoMasses
    veto: tuple[float, float]
    """Excluded m(track, e) [GeV]."""
    tagger: str


def run_statistics(
    inputs: StatisticsInputs,
    outputs: StatisticsOutputs,
    point: MassPoint,
    config: StatisticsConfig,
    seed: int,
) -> None:
    """Statistics of one mass point, without and with the tagger.

    Raises
    ------
    StageError : too few simulated events and ``config.on_insufficient`` is ``error``; the samples
        were normalised to another luminosity
    """
    for path in inputs.normalisations:
        _check_luminosity(path, config.luminosity)
    nominal = {SIGNAL: read_events(inputs.signal, point)}
    nominal |= {name: read_events(path, point) for name, path in inputs.backgrounds.items()}
    varied = {name: read_varied(name, inputs, point) for name in nominal}
    results: dict[bool, UseResult] = {}
    workspaces: dict[bool, Specification] = {}
    for use in (False, True):
        region = make_region(point, nominal, varied, config, use)
        results[use], workspaces[use] = analyse(region, config)
        _report(region.name, results[use])
    _refuse_insufficient(point.name, results, config)
    gain = make_gain(
        nominal[SIGNAL].tagged_weights(),
        [nominal[name].tagged_weights() for name in inputs.backgrounds],
        results[False],
        results[True],
        uncertainties_of(config),
        config.bootstrap_replicas,
        generator(seed, "statistics", point.name, "bootstrap"),
    )
    write_json(outputs.workspace_without_tagger, workspaces[False])
    write_json(outputs.workspace_with_tagger, workspaces[True])
    write_json(outputs.result, _point_result(point, config, results, gain).to_dict())


def read_events(path: Path, point: MassPoint, factor: str | None = None) -> RegionEvents:
    """Events of a sample in the region of the mass point."""
    return read_region(path, point.masses.splitting, point.veto, factor)


def read_varied(sample: str, inputs: StatisticsInputs, point: MassPoint) -> dict[str, RegionEvents]:
    """Events of a sample under each of its variations; of weights, those it has a column of.

    Parameters
    ----------
    sample : ``signal``, or the name of a background
    """
    path = inputs.signal if sample == SIGNAL else inputs.backgrounds[sample]
    simulated = inputs.varied.get(point.name if sample == SIGNAL else sample, {})
    found = {name: read_events(other, point) for name, other in simulated.items()}
    present = column_names(path)
    for variation, column in inputs.weights.items():
        if column in present:
            found[variation] = read_events(path, point, column)
        else:
            LOGGER.info("%s has no column %s: no variation %s", path, column, variation)
    return found


def make_region(
    point: MassPoint,
    nominal: Mapping[str, RegionEvents],
    varied: Mapping[str, Mapping[str, RegionEvents]],
    config: StatisticsConfig,
    with_tagger: bool,
) -> Region:
    """The region of the mass point; samples by name, the signal as ``signal``."""
    entries = {name: events.entries(with_tagger) for name, events in nominal.items()}
    return Region(
        name=f"{point.name}_{'with' if with_tagger else 'without'}_tagger",
        signal=entries.pop(SIGNAL),
        backgrounds=entries,
        edges=mass_edges(point.masses.splitting, config.mass_bins),
        varied={
            name: [nominal[name].varied(key, events, with_tagger) for key, events in items.items()]
            for name, items in varied.items()
        },
    )


def _point_result(
    point: MassPoint, config: StatisticsConfig, results: Mapping[bool, UseResult], gain: Gain
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
        uncertainties=uncertainties_of(config),
        without_tagger=results[False],
        with_tagger=results[True],
        gain=gain,
    )


def _check_luminosity(path: Path, luminosity: float) -> None:
    """Refuse weights made for another luminosity."""
    found = read_json(path)["luminosity_fb"]
    if not np.isclose(found, luminosity, rtol=1e-9):
        raise StageError(
            f"{path}: normalised to {found} fb-1, but statistics.luminosity is {luminosity} fb-1; "
            "skim the sample again"
        )


def _refuse_insufficient(
    point: str, results: Mapping[bool, UseResult], config: StatisticsConfig
) -> None:
    problems = [
        f"{'with' if use else 'without'} tagger: {result.status}"
        for use, result in results.items()
        if result.status.startswith("insufficient")
    ]
    if problems and config.on_insufficient == "error":
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise StageError(
            f"statistics of {point}: no limit can be given\n{lines}\n"
            "(statistics.on_insufficient: report writes the result without limits instead)"
        )


def _report(name: str, result: UseResult) -> None:
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
