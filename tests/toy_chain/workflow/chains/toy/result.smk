# Selection, counting and the figure.
#
# in:   skims and scores of signal and background, working points; scores of the training sample
# out:  {RESULTS}/selection/{sample}.json, {RESULTS}/summary.json, {RESULTS}/figures/curves.png, .json
# keys: counting, figures, table.distance

TAGGER = run.counting.tagger
SCORES = f"{RESULTS}/combination/{TAGGER}/{{sample}}.parquet"


def events_of_sample(wildcards):
    """Events of a sample, one file a part."""
    return FILES.of_parts("skimming/{sample}/events-{part}.parquet", [wildcards.sample])


rule selection:
    input:
        events=events_of_sample,
        scores=SCORES,
        working_points=f"{RESULTS}/combination/{TAGGER}/working_points.json",
    output:
        f"{RESULTS}/selection/{{sample}}.json",
    log:
        f"{LOGS}/selection/{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/selection/{{sample}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("selection"),
        max_tilt=run.counting.max_tilt,
        luminosity=run.counting.luminosity,
    message:
        "Selecting events of {wildcards.sample}"
    script:
        "scripts/selection.py"


rule summary:
    input:
        signal=expand(rules.selection.output, sample=SIGNALS),
        background=expand(rules.selection.output, sample=BACKGROUNDS),
        scores=expand(SCORES, sample=TRAINING_SAMPLES),
    output:
        f"{RESULTS}/summary.json",
    log:
        f"{LOGS}/summary.log",
    benchmark:
        f"{BENCHMARKS}/summary.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("summary"),
        categories=run.training.categories,
        tagger=TAGGER,
    message:
        "Counting"
    script:
        "scripts/summary.py"


rule figure_curves:
    input:
        scores=expand(SCORES, sample=TRAINING_SAMPLES),
    output:
        figure=report(
            f"{FIGURES}/curves.png", caption=caption("curves"), category="Marbles"
        ),
        numbers=f"{FIGURES}/curves.json",
    log:
        f"{LOGS}/figure_curves.log",
    benchmark:
        f"{BENCHMARKS}/figure_curves.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("figure_curves"),
        distance=run.table.distance,
        tagger=TAGGER,
        things={
            "categories": {
                name: run.variables.categories[name].title
                for name in run.training.categories
            }
        },
        looks=run.figures.model_dump(mode="json", exclude={"titles"}),
    message:
        "Drawing the curves"
    script:
        "scripts/figure_curves.py"
