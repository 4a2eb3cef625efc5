# Simulation of this chain: ntuples, without a detector.
#
# in:   nothing but the config
# out:  {RESULTS}/simulation/{sample}/ntuple-{part}.root and .root.sha256
# keys: samples, seed, table

from hepchain.processes import module_of


def process_of(wildcards):
    """What the events of a sample depend on."""
    sample = SAMPLES[wildcards.sample]
    return sample.model_dump(mode="json", include=set(sample.OF_GENERATOR))


def module_of_process(wildcards):
    """Module that makes the events of a sample."""
    return module_of(SAMPLES[wildcards.sample].process, CHAIN)


def code_of_process(wildcards):
    """Digest of it and of the script."""
    return code_of("marbles", module_of_process(wildcards))


rule marbles:
    output:
        ntuple=f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root",
        checksum=f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root.sha256",
    log:
        f"{LOGS}/marbles/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/marbles/{{sample}}-{{part}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of_process,
        module=module_of_process,
        sample=process_of,
        table=run.table.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Marbles of {wildcards.sample}, part {wildcards.part}"
    script:
        "scripts/marbles.py"
