# Validation: the simulation against what is known of the real detector, group by group.
#
# in:     ntuples and generated events of the validation sample, and what VALIDATION_INPUTS adds;
#         what is known, summaries of real tracks, real electrons (config/validation/); if the samples of the analysis
#         are simulated: ntuples, skims, features and candidates of signal and background
# out:    {RESULTS}/validation/{group}.json (comparisons and verdicts), {group}.png (in the report) and
#         the other figures.formats, validation.html (in the report), validation.csv
# config: validation, figures

VALIDATION = f"{RESULTS}/validation"


def validation_inputs(wildcards):
    """Inputs of a group, by name."""
    return VALIDATION_INPUTS[wildcards.group]


def validation_references(wildcards, input):
    """Digest of the files of the configuration that this group is compared with."""
    return content_digest(
        *(path for path in input if not path.startswith(f"{RESULTS}/"))
    )


def validation_code(wildcards):
    """Digest of what compares this group."""
    return code_of("validation", VALIDATION_MODULES[wildcards.group])


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
        module=lambda wildcards: VALIDATION_MODULES[wildcards.group],
        references=validation_references,
        config=run.validation.model_dump(mode="json"),
        arguments=lambda wildcards: VALIDATION_ARGUMENTS.get(wildcards.group, {}),
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
            caption=caption("figure_validation"),
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
        code=code_of("figure_validation"),
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
        reconstructed=ancient(run.validation.tracks.reference),
    output:
        page=report(
            f"{VALIDATION}/validation.html",
            caption=caption("validation_table"),
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
        mem_mb=memory(550),
        runtime=minutes(10),
    params:
        code=code_of("validation_table"),
        reconstructed=lambda wildcards: content_digest(run.validation.tracks.reference),
    message:
        "Collecting the verdicts of the validation"
    script:
        "../scripts/validation_table.py"


rule validation:
    input:
        expand(rules.figure_validation.output, group=VALIDATION_INPUTS),
        rules.validation_table.output if VALIDATION_INPUTS else [],
