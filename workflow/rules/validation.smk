# Validation: the simulation against what is known of the real detector, group by group.
#
# in:     ntuples and generated events of the validation sample, and what VALIDATION_INPUTS adds;
#         summaries of real tracks, real electrons (config/validation/); if the samples of the analysis
#         are simulated: ntuples, skims, features and candidates of signal and background
# out:    results/validation/{group}.json (comparisons and verdicts), {group}.png (in the report) and
#         the other figures.formats, validation.html (in the report), validation.csv
# config: validation, figures

VALIDATION = f"{RESULTS}/validation"


def single_particles(file):
    """Files ``file`` of all parts of the validation sample."""
    name = run.validation.sample
    return [
        f"{RESULTS}/simulation/{name}/{file.format(part=part)}"
        for part in range(run.simulation.parts.get(name, 0))
    ]


GUN = {
    "gun": single_particles("ntuple-{part}.root"),
    "generated": single_particles("generated-{part}.parquet"),
}
REAL_TRACKS = {"reconstructed": [run.validation.tracks.reference]}

# Group -> inputs of its comparisons, by name; in the order of the report.
VALIDATION_INPUTS = {}

if run.validation.sample is not None:
    VALIDATION_INPUTS |= {
        "tracks": GUN | REAL_TRACKS,
        "hits": GUN | REAL_TRACKS,
        "efficiency": GUN,
        "trt": GUN,
        "dedx": GUN,
        "calorimeter": GUN | {"electrons": [run.validation.electrons]},
    }


def of_signal(pattern):
    """Files of all parts of the sample that the working points are defined with."""
    return [
        f"{RESULTS}/{pattern.format(sample=TEST_SAMPLE, part=part)}"
        for part in parts(TEST_SAMPLE)
    ]


# Ntuples that somebody brings have no generated events, and may have no truth.
if isinstance(config["samples"], str) and all(
    run.samples[name].simulated for name in (TEST_SAMPLE, *BACKGROUNDS)
):
    VALIDATION_INPUTS |= {
        "events": {
            "signal": NTUPLES[TEST_SAMPLE],
            "signal_metadata": of_signal("simulation/{sample}/generated-{part}.json"),
            "samples": [config["samples"]],
            "skimmed_events": of_signal("skimming/{sample}/events-{part}.parquet"),
            "skimmed_tracks": of_signal("skimming/{sample}/tracks-{part}.parquet"),
            "background": [path for name in BACKGROUNDS for path in NTUPLES[name]],
        },
        "composition": {
            "features": of_signal("features/{sample}/features-{part}.parquet"),
            "selected": expand(
                f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS
            ),
        },
    }


def validation_inputs(wildcards):
    """Inputs of a group, by name."""
    return VALIDATION_INPUTS[wildcards.group]


def validation_code(wildcards):
    """Digest of what compares this group."""
    return digest(
        "hepchain.validation.groups", f"hepchain.validation.{wildcards.group}"
    )


rule validation_comparisons:
    input:
        unpack(validation_inputs),
    output:
        comparisons=f"{VALIDATION}/{{group}}.json",
    log:
        f"{LOGS}/validation_comparisons/{{group}}.log",
    benchmark:
        f"{BENCHMARKS}/validation_comparisons/{{group}}.tsv"
    wildcard_constraints:
        group=any_of(VALIDATION_INPUTS),
    threads: 1
    resources:
        mem_mb=memory(550, 0.2),
        runtime=minutes(10, 0.01),
    params:
        code=validation_code,
        config=run.validation.model_dump(mode="json"),
    message:
        "Comparing {wildcards.group} with what is known"
    script:
        "../scripts/validation.py"


rule figure_validation:
    input:
        comparisons=rules.validation_comparisons.output.comparisons,
    output:
        report(
            f"{VALIDATION}/{{group}}.png",
            caption="../report/figure_validation.rst",
            category="Validation",
            labels={"figure": "{group}"},
        ),
        [
            f"{VALIDATION}/{{group}}.{suffix}"
            for suffix in run.figures.formats
            if suffix != "png"
        ],
    log:
        f"{LOGS}/figure_validation/{{group}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_validation/{{group}}.tsv"
    wildcard_constraints:
        group=any_of(VALIDATION_INPUTS),
    threads: 1
    resources:
        mem_mb=memory(650),
        runtime=minutes(10),
    params:
        code=digest("hepchain.validation.figure", "hepchain.figures.output"),
        looks=LOOKS,
    message:
        "Drawing the validation of {wildcards.group}"
    script:
        "../scripts/figure_validation.py"


rule validation_table:
    input:
        comparisons=expand(
            rules.validation_comparisons.output.comparisons, group=VALIDATION_INPUTS
        ),
        reconstructed=run.validation.tracks.reference,
    output:
        page=report(
            f"{VALIDATION}/validation.html",
            caption="../report/validation_table.rst",
            category="Validation",
            labels={"figure": "verdicts"},
        ),
        numbers=f"{VALIDATION}/validation.csv",
    log:
        f"{LOGS}/validation_table.log",
    benchmark:
        f"{BENCHMARKS}/validation_table.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=digest("hepchain.validation.table"),
    message:
        "Collecting the verdicts of the validation"
    script:
        "../scripts/validation_table.py"


rule validation:
    input:
        expand(rules.figure_validation.output, group=VALIDATION_INPUTS),
        rules.validation_table.output,
