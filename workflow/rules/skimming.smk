# Skimming: ntuples to events and tracks; the only stage that knows the names and units of a format.
#
# in:   ntuples of a sample (simulated, or the files of samples.<name>.files) and their branch map
# out:  {RESULTS}/skimming/{sample}/normalisation.json, and for each part events-{part}.parquet,
#       tracks-{part}.parquet, report-{part}.json (what was read, kept, absent)
# keys: samples, skimming, variables (names and groups only)

from functools import cache

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import OF_A_YIELD
from hepchain.modules import own_or_general
from hepchain.skimming.addresses import is_address
from hepchain.skimming.sources import is_input

CONTRACT = own_or_general(CHAIN, "contract", "hepchain.skimming.contract")


def ntuple_map(wildcards):
    """Branch map of a sample: a name in config/ntuples/, or for simulated samples a path."""
    sample = SAMPLES[wildcards.sample]
    return run.skimming.ntuple if sample.simulated else map_of(sample)


def map_file(wildcards):
    """The same as an input, of which the content decides, not the time."""
    return ancient(ntuple_map(wildcards))


def map_content(wildcards):
    """Digest of the branch map."""
    return content_digest(ntuple_map(wildcards))


@cache
def modules_of_map(path):
    """Modules of chains whose derivations a branch map uses."""
    return load_block(path, NtupleMap).modules


def code_of_map(script, *modules):
    """Input function: digest of a script, and of what it finds by names in the branch map."""

    def code(wildcards):
        return code_of(script, *modules, *modules_of_map(ntuple_map(wildcards)))

    return code


def ntuples_of(wildcards):
    """All ntuples of a sample, in the order of their parts, or those of the part at hand."""
    sample = wildcards.sample
    if "part" in wildcards.keys():
        return FILES.by_part[sample][int(wildcards.part)]
    return NTUPLES[sample]


def ntuple_files(wildcards):
    """The same as inputs; the times of files that no job makes are in their fingerprint."""
    files = ntuples_of(wildcards)
    if SAMPLES[wildcards.sample].simulated:
        return files
    return [ancient(path) for path in files if is_input(path)]


def ntuples_beside(wildcards):
    """The others, which come after the inputs: addresses, and names that look like patterns."""
    if SAMPLES[wildcards.sample].simulated:
        return []
    return [path for path in ntuples_of(wildcards) if not is_input(path)]


def ntuple_fingerprint(wildcards):
    """Fingerprint of the ntuples on disk that no job makes."""
    if SAMPLES[wildcards.sample].simulated:
        return None
    return fingerprint(
        *(path for path in ntuples_of(wildcards) if not is_address(path))
    )


def checksums(wildcards):
    """Checksums beside simulated ntuples, with which those are compared when read.

    Of ntuples that somebody brings they may be there or not: no rule makes them.
    """
    simulated = SAMPLES[wildcards.sample].simulated
    return [f"{path}.sha256" for path in ntuples_of(wildcards) if simulated]


def sample_normalisation(wildcards):
    """What the configuration says about the normalisation."""
    sample = SAMPLES[wildcards.sample]
    keys = {*OF_A_YIELD, "override_sum_of_weights"}
    return {
        "role": sample.role.value,
        **sample.model_dump(mode="json", include=keys),
    }


def sample_role(wildcards):
    """What the sample is for."""
    return SAMPLES[wildcards.sample].role.value


def base_normalisation(wildcards):
    """A varied sample is as many generated events as its base."""
    return f"{RESULTS}/skimming/{base_of(wildcards.sample)}/normalisation.json"


rule normalisation:
    input:
        ntuples=ntuple_files,
        checksums=checksums,
        map=map_file,
    output:
        f"{RESULTS}/skimming/{{sample}}/normalisation.json",
    log:
        f"{LOGS}/normalisation/{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/normalisation/{{sample}}.tsv"
    wildcard_constraints:
        sample=any_of(name for name in NTUPLES if name == base_of(name)),
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10, 0.01),
    params:
        code=code_of_map("normalisation"),
        beside=ntuples_beside,
        files=ntuple_fingerprint,
        map=map_content,
        normalisation=sample_normalisation,
    message:
        "normalisation of {wildcards.sample}"
    script:
        "../scripts/normalisation.py"


rule skimming:
    input:
        ntuples=ntuple_files,
        checksums=checksums,
        map=map_file,
        normalisation=base_normalisation,
    output:
        events=f"{RESULTS}/skimming/{{sample}}/events-{{part}}.parquet",
        tracks=f"{RESULTS}/skimming/{{sample}}/tracks-{{part}}.parquet",
        report=f"{RESULTS}/skimming/{{sample}}/report-{{part}}.json",
        assumed=f"{ASSUMED}/skimming/{{sample}}-{{part}}.json",
    log:
        f"{LOGS}/skimming/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/skimming/{{sample}}-{{part}}.tsv"
    wildcard_constraints:
        sample=any_of(NTUPLES),
    threads: 1
    resources:
        mem_mb=memory(700),
        runtime=minutes(10, 0.02),
    params:
        **run.skimming.model_dump(mode="json", include={"tracks", "isolation"}),
        code=code_of_map("skimming", CONTRACT),
        beside=ntuples_beside,
        contract=CONTRACT,
        files=ntuple_fingerprint,
        map=map_content,
        role=sample_role,
        groups=run.variables.by_group,
    message:
        "skim of {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/skimming.py"
