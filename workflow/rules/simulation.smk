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
    """Generated parts of the pile-up that is overlaid on a sample."""
    library = run.samples[wildcards.sample].pileup
    return [
        f"{RESULTS}/simulation/{library}/generated-{part}.parquet"
        for part in range(run.simulation.parts[library] if library else 0)
    ]


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
