# Simulation: generated collisions and the response of an open, ATLAS-like detector.
#
# in:     nothing but the config
# out:    results/simulation/{sample}/generated-{part}.parquet and .json, ntuple-{part}.root
# config: samples, seed, simulation

from hepchain.config import load_block
from hepchain.simulation.response.parameters import ResponseParameters

try:
    RESPONSE = load_block(run.simulation.response, ResponseParameters)
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def is_training(wildcards):
    """Whether the sample is one to train on."""
    return run.samples[wildcards.sample].role == Role.TRAINING


def pileup_library(wildcards):
    """Generated parts of the pile-up that is overlaid on a sample; none for role validation."""
    library = run.samples[wildcards.sample].pileup
    return [
        f"{RESULTS}/simulation/{library}/generated-{part}.parquet"
        for part in range(run.simulation.parts[library] if library else 0)
    ]


SIMULATED = [name for name, sample in run.samples.items() if sample.simulated]


def process_of(wildcards):
    """Process and masses of a sample; its normalisation is no matter of generation."""
    return run.samples[wildcards.sample].model_dump(
        mode="json", include={"role", "process", "masses"}
    )


def events_per_part(wildcards):
    """Number of events that a job keeps."""
    return run.simulation.events_per_part[wildcards.sample]


rule generation:
    output:
        events=f"{RESULTS}/simulation/{{sample}}/generated-{{part}}.parquet",
        summary=f"{RESULTS}/simulation/{{sample}}/generated-{{part}}.json",
    log:
        f"{LOGS}/generation/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/generation/{{sample}}-{{part}}.tsv"
    wildcard_constraints:
        sample=any_of(SIMULATED),
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=120,
    params:
        sample=process_of,
        events=events_per_part,
        seed=run.seed,
        code=digest("hepchain.simulation.generation.run"),
    message:
        "Generating {params.events} events of {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/generation.py"


rule response:
    input:
        generated=f"{RESULTS}/simulation/{{sample}}/generated-{{part}}.parquet",
        metadata=f"{RESULTS}/simulation/{{sample}}/generated-{{part}}.json",
        library=pileup_library,
    output:
        f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root",
    log:
        f"{LOGS}/response/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/response/{{sample}}-{{part}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=30,
    params:
        training=is_training,
        parameters=RESPONSE.model_dump(mode="json"),
        seed=run.seed,
        code=digest("hepchain.simulation.response.run"),
    message:
        "Detector response for {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/response.py"
