# Shared by the rule files: parts and ntuples of a sample, portable resource requests. Science and
# file handling live in the package.

import re

from hepchain.config.training import EVERY_CATEGORY
from hepchain.execution.site import granted_gpus
from hepchain.skimming.sources import resolve_files
from hepchain.variations import base_of, variation_of, varied_name

# Name -> sample; a varied one, {sample}@{variation}, is described by its base.
SAMPLES = run.all_samples


def memory(megabytes):
    """Memory request in MB that grows with every retry of a job."""

    def request(wildcards, attempt):
        return megabytes * attempt

    return request


def _ntuples(name, sample):
    if sample.simulated:
        return [
            f"{RESULTS}/simulation/{name}/ntuple-{part}.root"
            for part in range(run.parts_of(base_of(name)))
        ]
    return resolve_files(name, sample.files)


# Of the samples that are analysed; those of the other roles end within the simulation.
try:
    NTUPLES = {
        name: _ntuples(name, sample)
        for name, sample in SAMPLES.items()
        if sample.role not in (Role.PILEUP, Role.VALIDATION)
    }
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def parts(sample):
    """Numbers of the parts of a sample that is analysed: 0, 1, ..."""
    return range(len(NTUPLES[sample]))


def varied(names):
    """The varied ones of these samples, in the order of the names."""
    return [
        varied_name(name, variation)
        for name in names
        for variation in run.simulation.varied.get(name, [])
    ]


def any_of(names):
    """Wildcard constraint: one of these names, whole."""
    return "|".join(map(re.escape, names))


wildcard_constraints:
    part=r"\d+",
    fold=r"\d+",
    sample=any_of(SAMPLES),
    tagger=any_of(run.training.taggers),
    category=any_of([*run.training.categories, EVERY_CATEGORY]),
