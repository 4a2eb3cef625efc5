"""Which files the samples of a chain consist of: ntuples, parts, varied samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hepchain.config.chain import ChainConfig
from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import Role, Sample
from hepchain.config.simulation import FORCED
from hepchain.errors import ConfigError
from hepchain.skimming.addresses import is_address
from hepchain.skimming.sources import parts_of, resolve_files
from hepchain.variations import base_of, varied_name

NOT_ANALYSED = (Role.PILEUP, Role.VALIDATION)
"""Roles of samples that end within the simulation."""


@dataclass(frozen=True)
class ChainFiles:
    """Files of the samples of a chain in its folder of results."""

    run: ChainConfig
    results: str

    @cached_property
    def samples(self) -> Mapping[str, Sample]:
        """Name -> sample; a varied one, ``{sample}@{variation}``, is described by its base."""
        return self.run.all_samples

    @cached_property
    def simulated(self) -> list[str]:
        """Samples whose events are generated; varied ones have the events of their base."""
        return [
            name for name, item in self.samples.items() if item.simulated and name == base_of(name)
        ]

    @cached_property
    def ntuples(self) -> dict[str, list[str]]:
        """Sample that is analysed or trained on -> its ntuples, in the order of its parts.

        Raises
        ------
        ConfigError : a sample that is read has no files, or some in the folder of results
        """
        return {
            name: self._ntuples(name, sample)
            for name, sample in self.samples.items()
            if sample.role not in NOT_ANALYSED
        }

    @cached_property
    def brought(self) -> list[str]:
        """Samples whose ntuples no job makes."""
        return [name for name in self.ntuples if not self.samples[name].simulated]

    def check_sources(self) -> None:
        """Look for what samples are read from, files and branch maps, and for exported taggers.

        Raises
        ------
        ConfigError : what is wrong with any of them, in one message
        """
        problems = []
        for name, sample in self.run.samples.items():
            for check in () if sample.simulated else (self._ntuples, _check_map):
                try:
                    check(name, sample)
                except ConfigError as error:
                    problems.append(str(error))
        try:
            self._check_taggers()
        except ConfigError as error:
            problems.append(str(error))
        if problems:
            raise ConfigError("\n".join(problems))

    @property
    def of_others(self) -> list[str]:
        """Ntuples on disk that no job makes."""
        paths = (path for name in self.brought for path in self.ntuples[name])
        return [path for path in paths if not is_address(path)]

    def check(self, chain: str, samples: Iterable[str], say: Callable[[str], None]) -> None:
        """Check the ntuples of those samples that no job makes; ``say`` is told that it is done.

        Raises
        ------
        InputError : see :func:`.require_usable`
        """
        wanted = set(samples)
        files = {name: self.ntuples[name] for name in self.brought if name in wanted}
        if not files:
            return
        from hepchain.skimming.samples import require_usable

        say(f"Looking into {sum(map(len, files.values()))} ntuples of {', '.join(files)}")
        require_usable(chain, self.run, files)

    @cached_property
    def by_part(self) -> dict[str, list[list[str]]]:
        """The ntuples of each part; of simulated samples one."""
        return {
            name: parts_of(
                paths, 1 if self.samples[name].simulated else self.samples[name].files_per_part
            )
            for name, paths in self.ntuples.items()
        }

    def parts(self, sample: str) -> range:
        """Numbers of the parts of a sample that is analysed: 0, 1, ..."""
        return range(len(self.by_part[sample]))

    def of_parts(self, pattern: str, samples: Iterable[str]) -> list[str]:
        """Results of all parts of these samples.

        Parameters
        ----------
        pattern : path below the results, with ``{sample}`` and ``{part}``
        """
        return [
            f"{self.results}/{pattern.format(sample=sample, part=part)}"
            for sample in samples
            for part in self.parts(sample)
        ]

    def samples_of_parts(self, samples: Iterable[str]) -> list[str]:
        """Sample of each file of :meth:`of_parts`."""
        return [sample for sample in samples for _ in self.parts(sample)]

    def varied(self, samples: Iterable[str]) -> list[str]:
        """The varied ones of these samples, in their order."""
        simulation = self.run.simulation
        variations = {} if simulation is None else simulation.varied
        return [
            varied_name(name, variation)
            for name in samples
            for variation in variations.get(name, ())
        ]

    def forced(self, samples: Iterable[str]) -> list[str]:
        """Copies with forced electrons of these samples, in their order."""
        simulation = self.run.simulation
        names = {} if simulation is None else simulation.forced_electrons
        return [varied_name(name, FORCED) for name in samples if name in names]

    def _check_taggers(self) -> None:
        training = getattr(self.run, "training", None)
        if training is not None and training.exported:
            from hepchain.export.agreement import require_agreement

            require_agreement(self.run, self.results)

    def _ntuples(self, name: str, sample: Sample) -> list[str]:
        if sample.files is not None:
            return resolve_files(name, sample.files, self.results)
        parts = range(self.run.parts_of(base_of(name)))
        return [f"{self.results}/simulation/{name}/ntuple-{part}.root" for part in parts]


def map_of(sample: Sample) -> str:
    """File of the branch map of a sample that is read."""
    return f"config/ntuples/{sample.ntuple}.yaml"


def _check_map(name: str, sample: Sample) -> None:
    try:
        load_block(map_of(sample), NtupleMap)
    except ConfigError as error:
        raise ConfigError(f"samples.{name}.ntuple: {error}") from error


def any_of(names: Iterable[str]) -> str:
    """Wildcard constraint: one of these names, whole; of none, nothing."""
    return "|".join(map(re.escape, names)) or "(?!)"


def samples_read(jobs: Iterable[Any], chain: str) -> set[str]:
    """Samples whose ntuples these jobs of Snakemake read.

    ``chain``: its name begins those of its rules.
    """
    reading = (f"{chain}_normalisation", f"{chain}_skimming")
    return {job.wildcards.sample for job in jobs if job.rule.name in reading}
