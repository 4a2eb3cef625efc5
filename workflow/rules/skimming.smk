# Skimming: ntuples to events and tracks; the only stage that knows the names and units of a format.
#
# in:   ntuples of a sample (simulated, or the files of samples.<name>.files) and their branch map
# out:  {RESULTS}/skimming/{sample}/normalisation.json, and for each part events-{part}.parquet,
#       tracks-{part}.parquet, report-{part}.json (what was read, kept, absent)
# keys: samples, skimming, variables (names and groups only), statistics.luminosity


def ntuple_map(wildcards):
    """Branch map of a sample: a name in config/ntuples/, or for simulated samples a path."""
    sample = SAMPLES[wildcards.sample]
    return (
        run.skimming.ntuple
        if sample.simulated
        else f"config/ntuples/{sample.ntuple}.yaml"
    )


def sample_ntuples(wildcards):
    """All ntuples of a sample, in the order of their parts."""
    return NTUPLES[wildcards.sample]


def part_ntuples(wildcards):
    """The ntuples that are this part of the sample."""
    return PARTS[wildcards.sample][int(wildcards.part)]


def sample_normalisation(wildcards):
    """What the configuration says about the normalisation; training samples and data have none."""
    sample = SAMPLES[wildcards.sample]
    keys = {"cross_section_pb", "scale_factor", "branching_fraction", "sum_of_weights"}
    content = {
        "role": sample.role.value,
        **sample.model_dump(mode="json", include=keys),
    }
    if sample.role not in (Role.TRAINING, Role.DATA):
        content["luminosity_fb"] = run.statistics.luminosity
    return content


def sample_role(wildcards):
    """What the sample is for."""
    return SAMPLES[wildcards.sample].role.value


def base_normalisation(wildcards):
    """A varied sample is as many generated events as its base."""
    return f"{RESULTS}/skimming/{base_of(wildcards.sample)}/normalisation.json"


VARIABLE_GROUPS = {
    group: run.variables.of_group(group) for group in run.variables.groups
}


rule normalisation:
    input:
        ntuples=sample_ntuples,
        map=ntuple_map,
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
        code=digest("hepchain.skimming.normalisation"),
        normalisation=sample_normalisation,
    message:
        "normalisation of {wildcards.sample}"
    script:
        "../scripts/normalisation.py"


rule skimming:
    input:
        ntuples=part_ntuples,
        map=ntuple_map,
        normalisation=base_normalisation,
    output:
        events=f"{RESULTS}/skimming/{{sample}}/events-{{part}}.parquet",
        tracks=f"{RESULTS}/skimming/{{sample}}/tracks-{{part}}.parquet",
        report=f"{RESULTS}/skimming/{{sample}}/report-{{part}}.json",
    log:
        f"{LOGS}/skimming/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/skimming/{{sample}}-{{part}}.tsv"
    wildcard_constraints:
        sample=any_of(NTUPLES),
    threads: 1
    resources:
        mem_mb=memory(1500),
        runtime=minutes(10, 0.02),
    params:
        code=digest("hepchain.skimming.skim"),
        role=sample_role,
        tracks=run.skimming.tracks.model_dump(mode="json"),
        isolation=run.skimming.isolation.model_dump(mode="json"),
        groups=VARIABLE_GROUPS,
    message:
        "skim of {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/skimming.py"
