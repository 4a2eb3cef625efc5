"""The factor from a generated event to the number expected in data."""

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
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.io import write_json
from hepchain.skimming.files import open_tree, read_metadata, readable
from hepchain.skimming.mapping import Quantities, branches_of

FB_PER_PB = 1000.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SampleNormalisation:
    """What the configuration says about the normalisation of a sample.

    Attributes
    ----------
    sample, role : name, and what it is for; samples of role training and data are not normalised
    luminosity_fb : integrated luminosity [fb-1]; None for these
    cross_section_pb : None if the generator's own is to be taken
    scale_factor, branching_fraction : factors on the cross-section
    sum_of_weights : stands in for the files' own where they do not tell
    """

    sample: str
    role: Role
    luminosity_fb: float | None = None
    cross_section_pb: float | None = None
    scale_factor: float = 1.0
    branching_fraction: float = 1.0
    sum_of_weights: float | None = None


@dataclass(frozen=True)
class GeneratorMetadata:
    """What one ntuple says about its generation; None where it does not."""

    path: str
    sum_of_weights: float | None
    cross_section_pb: float | None


def weight_per_generated(
    luminosity_fb: float,
    cross_section_pb: float,
    sum_of_weights: float,
    scale_factor: float = 1.0,
    branching_fraction: float = 1.0,
) -> float:
    """Expected events per unit of generator weight: L sigma k B / sum of weights.

    >>> weight_per_generated(139.0, 2.0, 278_000.0)
    1.0
    """
    expected = luminosity_fb * FB_PER_PB * cross_section_pb * scale_factor * branching_fraction
    return expected / sum_of_weights


def normalise(config: SampleNormalisation, parts: Sequence[GeneratorMetadata]) -> dict[str, Any]:
    """Content of ``normalisation.json``.

    Raises
    ------
    InputError : neither the configuration nor every file tells the sum of weights or the
        cross-section of a sample that must be normalised
    """
    content: dict[str, Any] = {
        "sample": config.sample,
        "luminosity_fb": None,
        "cross_section_pb": None,
        "sum_of_weights": None,
        "weight_per_generated": 1.0,
    }
    if config.role is Role.DATA:
        return content
    content["sum_of_weights"] = _sum_of_weights(config, parts)
    if config.role is Role.TRAINING:
        return content
    total, cross_section = content["sum_of_weights"], _cross_section(config, parts)
    if config.luminosity_fb is None:
        raise ValueError(f"sample {config.sample} of role {config.role} needs a luminosity")
    _refuse_unknown(config, parts, total, cross_section)
    content["luminosity_fb"] = config.luminosity_fb
    content["cross_section_pb"] = cross_section
    content["weight_per_generated"] = weight_per_generated(
        config.luminosity_fb,
        float(cross_section or math.nan),
        float(total),
        config.scale_factor,
        config.branching_fraction,
    )
    return content


def _sum_of_weights(
    config: SampleNormalisation, parts: Sequence[GeneratorMetadata]
) -> float | None:
    sums = [part.sum_of_weights for part in parts]
    if any(value is None for value in sums):
        return config.sum_of_weights
    total = math.fsum(value for value in sums if value is not None)
    if config.sum_of_weights is not None and not math.isclose(
        total, config.sum_of_weights, rel_tol=1e-6
    ):
        logger.warning(
            "samples.%s.sum_of_weights (%g) is not used: the files themselves give %g",
            config.sample,
            config.sum_of_weights,
            total,
        )
    return total


def _cross_section(config: SampleNormalisation, parts: Sequence[GeneratorMetadata]) -> float | None:
    """The configured cross-section, or the mean of the parts' estimates of the same quantity."""
    if config.cross_section_pb is not None:
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
            silent = [part.path for part in parts if getattr(part, key) is None]
            problems.append(
                f"samples.{config.sample}.{key} is not set, and {len(silent)} of {len(parts)} "
                f"ntuples do not tell it (the first: {silent[0]}); set it in the configuration"
            )
        elif not (math.isfinite(value) and value > 0):
            problems.append(f"{key} of sample {config.sample} is {value}: it must be positive")
    if problems:
        raise InputError("\n".join(problems))


def read_generator_metadata(path: str | Path, ntuple_map: NtupleMap) -> GeneratorMetadata:
    """Sum of weights and cross-section that an ntuple keeps beside its tree.

    Raises
    ------
    InputError : the file is unusable, or an entry is not a number
    """
    content = read_metadata(path, ntuple_map)
    values: dict[str, float | None] = {}
    for key in ("sum_of_weights", "cross_section_pb"):
        value = content.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InputError(f"{path}: {key} in '{ntuple_map.metadata}' is no number: {value!r}")
        values[key] = value
    return GeneratorMetadata(str(path), values["sum_of_weights"], values["cross_section_pb"])


def check_event_numbers(paths: Sequence[str | Path], ntuple_map: NtupleMap) -> None:
    """Check that no two events of a sample share their number, which is their identity.

    Raises
    ------
    InputError : an event number occurs twice, in one file or in two
    """
    numbers: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    for path in paths:
        with open_tree(path, ntuple_map) as tree, readable(path):
            branches = branches_of(ntuple_map, ["event_number"])
            missing = [name for name in branches if name not in tree]
            if missing:
                raise InputError(f"{path}: missing: event_number (no branch '{missing[0]}')")
            arrays = tree.arrays(branches, library="ak")
            values = Quantities(ntuple_map, arrays)["event_number"]
            numbers.append(np.asarray(values).astype(np.int64))
    found, counts = np.unique(np.concatenate(numbers), return_counts=True)
    if (counts > 1).any():
        first = int(found[np.argmax(counts > 1)])
        files = [str(path) for path, part in zip(paths, numbers, strict=True) if first in part]
        raise InputError(
            f"{int((counts > 1).sum())} event numbers occur more than once, the first is {first} "
            f"(in {' and '.join(files)}); event numbers must be unique within a sample: "
            "remove the doubled file, or map a branch that tells the events apart"
        )


def make_normalisation(
    config: SampleNormalisation, ntuples: Sequence[str], map_path: str, output: str
) -> None:
    """Write ``normalisation.json`` of a sample from the metadata of all its ntuples.

    Raises
    ------
    InputError : see :func:`normalise` and :func:`check_event_numbers`
    """
    ntuple_map = load_block(map_path, NtupleMap)
    if "event_number" not in ntuple_map.branches:
        raise InputError(f"{map_path}: event_number is not mapped")
    generated = () if config.role is Role.DATA else ntuples
    parts = [read_generator_metadata(path, ntuple_map) for path in generated]
    content = normalise(config, parts)
    check_event_numbers(ntuples, ntuple_map)
    write_json(output, content)
    logger.info("%s", content)
