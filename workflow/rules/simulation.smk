# Simulation: generated collisions and the response of an open, ATLAS-like detector.
#
# in:     nothing but the config
# out:    {RESULTS}/simulation/{sample}/generated-{part}.parquet and .json, ntuple-{part}.root and .root.sha256, its checksum
# config: samples, seed, simulation
#
# A sample with a variation of the response, {sample}@{variation}, has ntuples of its own, made of
# the generated events and the random numbers of its base. Those of {sample}@forced_electrons are
# copies of these events in which a photon has become an electron pair.

import math

from hepchain.processes import module_of
from hepchain.simulation.variations import NOMINAL, load_responses, without_sources

try:
    RESPONSES = load_responses(run.simulation.response, run.simulation.responses)
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def is_training(wildcards):
    """Whether the sample is one to train on."""
    return SAMPLES[wildcards.sample].role == Role.TRAINING


def is_overlaid(wildcards):
    """Whether pile-up collisions are overlaid: on all samples but those of role validation."""
    return SAMPLES[wildcards.sample].role != Role.VALIDATION


def pileup_library(wildcards):
    """Generated parts of the pile-up that is overlaid on a sample; none for role validation."""
    library = SAMPLES[wildcards.sample].pileup
    return [
        f"{RESULTS}/simulation/{library}/generated-{part}.parquet"
        for part in range(run.simulation.parts[library] if library else 0)
    ]


def process_of(wildcards):
    """Process of a sample and what it depends on; normalisation is no matter of generation."""
    sample = SAMPLES[wildcards.sample]
    return sample.model_dump(mode="json", include=set(sample.OF_GENERATOR))


def generation_code(wildcards):
    """Digest of what generates this process; other processes do not count."""
    return code_of("generation", module_of(SAMPLES[wildcards.sample].process, CHAIN))


def events_per_part(wildcards):
    """Number of events that a job keeps."""
    return run.events_per_part_of(wildcards.sample)


def generation_minutes(wildcards, attempt):
    """Time request: ten minutes, and five times what the slowest process was measured to take."""
    return math.ceil((10 + events_per_part(wildcards) * 0.1 / 60) * attempt)


def generated(suffix):
    """Input function: the file of this kind of the generated part."""

    def path(wildcards):
        base = base_of(wildcards.sample)
        return f"{RESULTS}/simulation/{base}/generated-{wildcards.part}.{suffix}"

    return path


def response_parameters(wildcards):
    """Detector parameters of the sample's variation; that a source is described otherwise is no
    reason to run anything."""
    variation = variation_of(wildcards.sample)
    return without_sources(RESPONSES[NOMINAL if variation == FORCED else variation])


def forced_electrons(wildcards):
    """What copies are to be made of the events, in place of them."""
    if variation_of(wildcards.sample) != FORCED:
        return None
    sample = base_of(wildcards.sample)
    return run.simulation.forced_electrons[sample].model_dump(mode="json")


def original_ntuple(wildcards):
    """Of copies: the ntuple of the events themselves, which says what is worth it."""
    sample, variation = base_of(wildcards.sample), variation_of(wildcards.sample)
    name = f"{RESULTS}/simulation/{sample}/ntuple-{wildcards.part}.root"
    return name if variation == FORCED else []


rule generation:
    output:
        events=f"{RESULTS}/simulation/{{sample}}/generated-{{part}}.parquet",
        summary=f"{RESULTS}/simulation/{{sample}}/generated-{{part}}.json",
    log:
        f"{LOGS}/generation/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/generation/{{sample}}-{{part}}.tsv"
    wildcard_constraints:
        sample=any_of(FILES.simulated),
    # The longest jobs, on which the others wait: without it those with the largest inputs go first.
    priority: 1
    threads: 1
    resources:
        mem_mb=memory(700),
        runtime=generation_minutes,
    params:
        chain=CHAIN,
        sample=process_of,
        events=events_per_part,
        seed=run.seed,
        code=generation_code,
    message:
        "Generating {params.events} events of {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/generation.py"


rule response:
    input:
        generated=generated("parquet"),
        metadata=generated("json"),
        library=pileup_library,
        original=original_ntuple,
    output:
        f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root",
        f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root.sha256",
    log:
        f"{LOGS}/response/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/response/{{sample}}-{{part}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 20),
        runtime=minutes(10, 0.1),
    params:
        training=is_training,
        overlaid=is_overlaid,
        parameters=response_parameters,
        forced=forced_electrons,
        seed=run.seed,
        code=code_of("response"),
    message:
        "Detector response for {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/response.py"
