# Selection: the pseudo signal region with a Z* candidate.
#
# inputs   skim of a signal, background or data sample, its scores, working points of the tagger
# outputs  results/soft_electrons/selection/{sample}.parquet   candidates, with the regions of the mass points they
#                                               are in and whether they pass the tagger; of data,
#                                               unless opened, none in a region that pass it
#          results/soft_electrons/selection/same_sign/{sample}.parquet   the same of the electron's own charge
#          results/soft_electrons/selection/{sample}.json      cut-flow of each mass point (a signal: of its own)
#          results/soft_electrons/selection/tag_rates/{sample}.json   closure of the tag rates of a background's hadrons
#          results/soft_electrons/selection/forced/{sample}.parquet   candidates among forced electrons,
#          and same_sign_forced/{sample}.parquet         each with the probability of its presence; in
#                                               forced/{sample}.json how many, beside those by themselves
#          The mass window is applied here alone: all others read the column of a region.
# config   selection; skimming.isolation (how the cone sums were made); masses of the signals;
#          blinding (data only)

PLANE = list(run.plane_samples)
SELECTED = [*ANALYSED, *PLANE, *varied(ANALYSED)]


def skims_of(table, of="{sample}"):
    """Input function: the files of this table of the skim, one a part."""

    def paths(wildcards):
        sample = of.format(sample=wildcards.sample)
        return [
            f"{RESULTS}/skimming/{sample}/{table}-{part}.parquet"
            for part in parts(sample)
        ]

    return paths


def mass_points(wildcards):
    """Mass splittings whose windows are applied: a signal's own, for all others all."""
    signal = SAMPLES[wildcards.sample].role == Role.SIGNAL
    names = [base_of(wildcards.sample)] if signal else [*SIGNALS, *PLANE]
    return {name: SAMPLES[name].masses.splitting for name in names}


# Mass below which data are closed, the largest splitting; None: nothing is closed.
CLOSED_BELOW = (
    max(item.masses.splitting for item in SAMPLES.values() if item.role == Role.SIGNAL)
    if DATA and not run.blinding.open
    else None
)


def closed(wildcards):
    """Whether the regions of a sample are closed."""
    return wildcards.sample in DATA and not run.blinding.open


rule selection:
    input:
        events=skims_of("events"),
        tracks=skims_of("tracks"),
        scores=f"{RESULTS}/combination/{run.selection.tagger}/{{sample}}.parquet",
        working_points=f"{RESULTS}/combination/{run.selection.tagger}/working_points.json",
    output:
        table=f"{RESULTS}/selection/{{sample}}.parquet",
        same_sign=f"{RESULTS}/selection/same_sign/{{sample}}.parquet",
        cutflow=f"{RESULTS}/selection/{{sample}}.json",
        rates=f"{RESULTS}/selection/tag_rates/{{sample}}.json",
    log:
        f"{LOGS}/selection/{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/selection/{{sample}}.tsv"
    wildcard_constraints:
        sample=any_of([*SELECTED, *DATA]),
    threads: 1
    resources:
        mem_mb=memory(450, 1),
        runtime=minutes(10, 0.01),
    params:
        code=code_of("selection"),
        config=run.selection.model_dump(mode="json"),
        isolation=run.skimming.isolation.model_dump(mode="json"),
        points=mass_points,
        closed=closed,
        measures_rates=lambda wildcards: base_of(wildcards.sample) in BACKGROUNDS,
    message:
        "Selecting Z* candidates of {wildcards.sample}"
    script:
        "scripts/selection.py"


# Copies of the events of a sample with a forced electron each.
COPIED = varied_name("{sample}", FORCED)


rule forced_selection:
    input:
        events=skims_of("events", COPIED),
        tracks=skims_of("tracks", COPIED),
        scores=f"{RESULTS}/combination/{run.selection.tagger}/{COPIED}.parquet",
        working_points=f"{RESULTS}/combination/{run.selection.tagger}/working_points.json",
        originals=skims_of("events"),
        selected=[rules.selection.output.table, rules.selection.output.same_sign],
    output:
        table=f"{RESULTS}/selection/forced/{{sample}}.parquet",
        same_sign=f"{RESULTS}/selection/same_sign_forced/{{sample}}.parquet",
        report=f"{RESULTS}/selection/forced/{{sample}}.json",
    log:
        f"{LOGS}/forced_selection/{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/forced_selection/{{sample}}.tsv"
    wildcard_constraints:
        sample=any_of(map(base_of, forced(BACKGROUNDS))),
    threads: 1
    resources:
        mem_mb=memory(450, 1),
        runtime=minutes(10, 0.01),
    params:
        code=code_of("forced_selection"),
        config=run.selection.model_dump(mode="json"),
        isolation=run.skimming.isolation.model_dump(mode="json"),
        points=mass_points,
    message:
        "Selecting forced electrons of {wildcards.sample}"
    script:
        "scripts/forced_selection.py"
