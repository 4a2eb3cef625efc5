# Simulation of this chain: muons in jets, straight to the ntuple.
#
# in:   nothing but the config
# out:  {RESULTS}/simulation/{sample}/ntuple-{part}.root and .root.sha256
# keys: samples, seed, production

from hepchain.chains.soft_muons.response.parameters import MuonResponse
from hepchain.config.reading import load_block
from hepchain.processes import module_of

try:
    RESPONSE = load_block(run.production.response, MuonResponse).model_dump(mode="json")
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def process_of(wildcards):
    """What the events of a sample depend on."""
    sample = SAMPLES[wildcards.sample]
    return sample.model_dump(mode="json", include=set(sample.OF_GENERATOR))


def module_of_process(wildcards):
    """Module that makes the events of a sample."""
    return module_of(SAMPLES[wildcards.sample].process, CHAIN)


def code_of_process(wildcards):
    """Digest of it and of the script."""
    return code_of("production", module_of_process(wildcards))


rule production:
    output:
        ntuple=f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root",
        checksum=f"{RESULTS}/simulation/{{sample}}/ntuple-{{part}}.root.sha256",
    log:
        f"{LOGS}/production/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/production/{{sample}}-{{part}}.tsv"
    wildcard_constraints:
        sample=any_of(FILES.simulated),
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(60),
    params:
        code=code_of_process,
        module=module_of_process,
        sample=process_of,
        production=run.production.model_dump(mode="json"),
        response=RESPONSE,
        seed=run.seed,
    message:
        "Muons of {wildcards.sample}, part {wildcards.part}"
    script:
        "scripts/production.py"
