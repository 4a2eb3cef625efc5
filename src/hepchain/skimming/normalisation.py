"""The factor from a generated event to the number expected in data per fb-1."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import FILE, GENERATOR, Role
from hepchain.errors import InputError
from hepchain.io import write_json
from hepchain.skimming.events import Events, check_event_numbers, read_events, require_enough
from hepchain.skimming.files import metadata_of, open_file
from hepchain.skimming.sums import sum_of_weights

FB_PER_PB = 1000.0

logger = logging.getLogger(__name__)

CONFIG = "configuration"
"""Where a number comes from that is neither of the generator nor of a file."""


@dataclass(frozen=True)
class SampleNormalisation:
    """What the configuration says about the normalisation of a sample.

    Attributes
    ----------
    sample, role : name, and what it is for
    cross_section_pb : a number, ``generator`` or ``file``; None: the sample is not normalised
    scale_factor, branching_fraction : factors on the cross-section
    sum_of_weights : a number or ``file``; None where the generator tells
    override_sum_of_weights : it goes before what files tell, and is not compared with their events
    """

    sample: str
    role: Role
    cross_section_pb: float | str | None
    scale_factor: float | None
    branching_fraction: float | None
    sum_of_weights: float | str | None
    override_sum_of_weights: bool = False


@dataclass(frozen=True)
class GeneratorMetadata:
    """What one ntuple says about its generation; None where it does not.

    ``reason`` says why there is no sum of weights where the branch map says it should be.
    """

    path: str
    sum_of_weights: float | None
    cross_section_pb: float | None
    reason: str = ""


def weight_per_generated(
    cross_section_pb: float, sum_of_weights: float, scale_factor: float, branching_fraction: float
) -> float:
    """Expected events per unit of generator weight and fb-1: sigma k B / sum of weights.

    >>> weight_per_generated(2.0, 4_000.0, scale_factor=1.0, branching_fraction=1.0)
    0.5
    """
    return FB_PER_PB * cross_section_pb * scale_factor * branching_fraction / sum_of_weights


def normalise(config: SampleNormalisation, parts: Sequence[GeneratorMetadata]) -> dict[str, Any]:
    """Content of ``normalisation.json``.

    Raises
    ------
    InputError : files do not tell what the configuration takes from them, or another sum of
        weights than it gives
    """
    content: dict[str, Any] = {
        "sample": config.sample,
        "role": config.role.value,
        "cross_section_pb": None,
        "scale_factor": None,
        "branching_fraction": None,
        "sum_of_weights": None,
        "weight_per_generated": 1.0,
        "sources": {},
    }
    if config.role is Role.DATA:
        return content
    content["sum_of_weights"] = _sum_of_weights(config, parts)
    if config.cross_section_pb is None:
        return content
    total: Any = content["sum_of_weights"]
    cross_section: Any = _cross_section(config, parts)
    _refuse_unknown(config, parts, total, cross_section)
    numbers = {
        "cross_section_pb": float(cross_section),
        "sum_of_weights": float(total),
        "scale_factor": _given(config, "scale_factor"),
        "branching_fraction": _given(config, "branching_fraction"),
    }
    sources = {
        "cross_section_pb": _source(config.cross_section_pb),
        "scale_factor": CONFIG,
        "branching_fraction": CONFIG,
        "sum_of_weights": _source(config.sum_of_weights or GENERATOR),
    }
    weight = weight_per_generated(**numbers)
    return {**content, **numbers, "weight_per_generated": weight, "sources": sources}


def _given(config: SampleNormalisation, key: str) -> float:
    value = getattr(config, key)
    if value is None:
        raise ValueError(f"sample {config.sample} of role {config.role} needs {key}")
    return float(value)


def _source(value: float | str) -> str:
    return value if isinstance(value, str) else CONFIG


def _sum_of_weights(
    config: SampleNormalisation, parts: Sequence[GeneratorMetadata]
) -> float | None:
    sums = [part.sum_of_weights for part in parts]
    given = None if isinstance(config.sum_of_weights, str) else config.sum_of_weights
    if config.override_sum_of_weights or any(value is None for value in sums):
        return given
    total = math.fsum(value for value in sums if value is not None)
    if given is not None and not math.isclose(total, given, rel_tol=1e-6):
        raise InputError(
            f"samples.{config.sample}.sum_of_weights is {given:g}, but the files themselves give "
            f"{total:g}: set it to `{FILE}`, correct it, or if what the files say is wrong, set "
            "`override_sum_of_weights: true` to have it go before them"
        )
    return total


def _cross_section(config: SampleNormalisation, parts: Sequence[GeneratorMetadata]) -> float | None:
    """The configured cross-section, or the mean of the parts' estimates of the same quantity."""
    if not isinstance(config.cross_section_pb, str):
        return config.cross_section_pb
    values = [part.cross_section_pb for part in parts]
    if any(value is None for value in values):
        return None
    weights = [part.sum_of_weights for part in parts]
    if not all(weight is not None and math.isfinite(weight) and weight > 0 for weight in weights):
        weights = [1.0] * len(parts)
    return float(np.average(np.array(values, dtype=float), weights=np.array(weights, dtype=float)))


def _refuse_unknown(
    config: SampleNormalisation,
    parts: Sequence[GeneratorMetadata],
    total: float | None,
    cross_section: float | None,
) -> None:
    problems: list[str] = []
    for key, value in (("sum_of_weights", total), ("cross_section_pb", cross_section)):
        if value is None:
            silent = [part for part in parts if getattr(part, key) is None]
            reason = silent[0].reason if key == "sum_of_weights" else ""
            problems.append(
                f"samples.{config.sample}.{key} is to come from the ntuples, and {len(silent)} of "
                f"{len(parts)} do not tell it (the first: {silent[0].path}"
                f"{': ' * bool(reason)}{reason}); give the number in the configuration"
            )
        elif not (math.isfinite(value) and value > 0):
            problems.append(f"{key} of sample {config.sample} is {value}: it must be positive")
    if problems:
        raise InputError("\n".join(problems))


def generator_metadata(path: str | Path, file: Any, ntuple_map: NtupleMap) -> GeneratorMetadata:
    """Sum of weights and cross-section that an open ntuple keeps beside its tree.

    Raises
    ------
    InputError : the file is unusable, or an entry is not a number
    """
    content = metadata_of(path, file, ntuple_map)
    values: dict[str, float | None] = {}
    for key in ("sum_of_weights", "cross_section_pb"):
        value = content.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InputError(f"{path}: {key} in '{ntuple_map.metadata}' is no number: {value!r}")
        values[key] = value
    reason = ""
    if ntuple_map.sum_of_weights is not None:
        values["sum_of_weights"], reason = sum_of_weights(path, file, ntuple_map.sum_of_weights)
    return GeneratorMetadata(
        str(path), values["sum_of_weights"], values["cross_section_pb"], reason
    )


def make_normalisation(
    config: SampleNormalisation, ntuples: Sequence[str], map_path: str, output: str
) -> None:
    """Write ``normalisation.json`` of a sample from the metadata and events of all its ntuples.

    Raises
    ------
    InputError : see :func:`normalise`, :func:`require_enough` and :func:`check_event_numbers`
    """
    ntuple_map = load_block(map_path, NtupleMap)
    if "event_number" not in ntuple_map.branches:
        raise InputError(f"{map_path}: event_number is not mapped")
    of_simulation = config.role is not Role.DATA
    parts: list[GeneratorMetadata] = []
    events: list[Events] = []
    for path in ntuples:
        with open_file(path) as file:
            if of_simulation:
                parts.append(generator_metadata(path, file, ntuple_map))
            events.append(read_events(path, file, ntuple_map))
    content = normalise(config, parts)
    check_event_numbers(events)
    if content["cross_section_pb"] is not None and not config.override_sum_of_weights:
        require_enough(config.sample, content["sum_of_weights"], events)
    write_json(output, content)
    logger.info("%s", content)
