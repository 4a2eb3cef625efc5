# Selection: the pseudo signal region with a Z* candidate.
#
# inputs   skim of a signal, background or data sample, its scores, working points of the tagger
# outputs  results/selection/{sample}.parquet   candidates before the mass window and the tagger;
#                                               of data, unless opened, none in the signal region
#          results/selection/same_sign/{sample}.parquet   the same of the electron's own charge
#          results/selection/{sample}.json      cut-flow of each mass point (a signal: of its own)
# config   selection; skimming.isolation (how the cone sums were made); masses of the signals;
#          blinding (data only)

ANALYSED = run.of_role(Role.SIGNAL, Role.BACKGROUND)
PLANE = list(run.plane_samples)
SELECTED = [*ANALYSED, *PLANE, *varied(ANALYSED)]
SIGNALS = run.of_role(Role.SIGNAL)


def skims_of(table):
    """Input function: the files of this table of the skim, one a part."""

    def paths(wildcards):
        return [
            f"{RESULTS}/skimming/{wildcards.sample}/{table}-{part}.parquet"
            for part in parts(wildcards.sample)
        ]

    return paths


def mass_points(wildcards):
    """Mass splittings whose windows are applied: a signal's own, for all others all."""
    signal = SAMPLES[wildcards.sample].role == Role.SIGNAL
    names = [base_of(wildcards.sample)] if signal else SIGNALS
    return {name: SAMPLES[name].masses.splitting for name in names}


DATA = run.of_role(Role.DATA)
# Mass below which data are closed, the largest splitting; None: nothing is closed.
CLOSED_BELOW = (
    max(item.masses.splitting for item in SAMPLES.values() if item.role == Role.SIGNAL)
    if DATA and not run.blinding.open
    else None
)


def closed_below(wildcards):
    """Mass below which a sample is closed; None unless it is of data."""
    return CLOSED_BELOW if wildcards.sample in DATA else None


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
    log:
        f"{LOGS}/selection/{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/selection/{{sample}}.tsv"
    wildcard_constraints:
        sample=any_of([*SELECTED, *DATA]),
    threads: 1
    resources:
        mem_mb=memory(450, 0.2),
        runtime=minutes(10, 0.01),
    params:
        code=digest("hepchain.selection.zstar_job"),
        config=run.selection.model_dump(mode="json"),
        isolation=run.skimming.isolation.model_dump(mode="json"),
        points=mass_points,
        closed_below=closed_below,
    message:
        "Selecting Z* candidates of {wildcards.sample}"
    script:
        "../scripts/selection.py"
