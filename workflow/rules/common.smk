# Shared by the rule files: parts and ntuples of a sample, portable resource requests. Science and
# file handling live in the package.

import math
import re

from hepchain.config.training import EVERY_CATEGORY
from hepchain.execution.site import granted_gpus
from hepchain.execution.usage import size_mb
from hepchain.skimming.sources import parts_of, resolve_files
from hepchain.variations import base_of, variation_of, varied_name

# Name -> sample; a varied one, {sample}@{variation}, is described by its base.
SAMPLES = run.all_samples


# Requests follow the measurements of `hepchain resources`: a constant, and so much a MB of inputs.
# Inputs that are not there yet count nothing: Snakemake asks again when a job is about to start.


def memory(megabytes, of_input=0.0):
    """Memory request in MB, grown by every MB of inputs, and with every retry of a job."""
    return growing(megabytes, of_input)


def minutes(constant, of_input=0.0):
    """Time request in minutes, grown by every MB of inputs, and with every retry of a job."""
    return growing(constant, of_input)


def growing(constant, of_input):
    """Resource function: a constant and a share of the size of the inputs, times the attempt."""

    def request(wildcards, input, attempt):
        inputs = sum(map(size_mb, input)) if of_input else 0.0
        return math.ceil((constant + of_input * inputs) * attempt)

    return request


def memory_of_tagger(of_network, of_trees=None):
    """Memory request in MB of a job that runs models of a tagger; Keras and its backend alone take 500.

    Grown by `of_network` MB a MB of inputs for a network, `of_trees` (the same) for others.
    """
    network = memory(1000, of_network)
    other = memory(650, of_network if of_trees is None else of_trees)

    def request(wildcards, input, attempt):
        uses_network = run.training.taggers[wildcards.tagger].uses_gpu
        return (network if uses_network else other)(wildcards, input, attempt)

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


# The same by part; one ntuple a part where they are simulated.
PARTS = {
    name: parts_of(
        ntuples, 1 if SAMPLES[name].simulated else SAMPLES[name].files_per_part
    )
    for name, ntuples in NTUPLES.items()
}


def parts(sample):
    """Numbers of the parts of a sample that is analysed: 0, 1, ..."""
    return range(len(PARTS[sample]))


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
