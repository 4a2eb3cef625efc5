# Comparison of all taggers of a run on the same tracks; with more of them than the default run has:
#
#   snakemake --cores 2 <chain>_tagger_comparison
#
# and of those on request with the reference: snakemake --cores 2 <chain>_comparison_on_request
#
# inputs   scores of the test sample, models, and features of the test sample for the speed
# outputs  {RESULTS}/combination/{tagger}/speed.json (a measurement: differs from run to run)
#          {RESULTS}/studies/tagger_performance.json, performance_on_request.json
#          {RESULTS}/figures/tagger_comparison.png (in the report), .json, other figures.formats
#          {RESULTS}/figures/tagger_comparison.html (in the report), .csv, .tex
#          {RESULTS}/figures/comparison_on_request.*, the same of the reference and the taggers on request
# config   combination.working_points; training.taggers; training.reference; figures;
#          seed

BASELINES = run.training.baselines
# Taggers on request are compared with the reference alone.
WITH_REFERENCE = [run.training.reference, *run.training.on_request]
TRAINED_ON_REQUEST = [name for name in WITH_REFERENCE if name in run.training.trained]


def models_of_all(taggers):
    """Models of these taggers."""
    return [
        f"{RESULTS}/training/{tagger}/{category}/fold{fold}"
        for tagger in taggers
        for category in run.training.categories_of(tagger)
        for fold in range(run.features.folds)
    ]


rule scoring_speed:
    input:
        models=models_of,
        features=TEST_FEATURES,
    output:
        speed=f"{COMBINATION}/speed.json",
    log:
        f"{LOGS}/scoring_speed/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/scoring_speed/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(450, 3),
        runtime=minutes(10, 0.05),
    params:
        code=code_of("scoring_speed"),
    message:
        "Timing the scoring with {wildcards.tagger}"
    script:
        "../scripts/scoring_speed.py"


rule tagger_performance:
    input:
        scores=expand(
            f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet",
            tagger=BASELINES,
        ),
        models=models_of_all(TRAINED),
        speeds=expand(rules.scoring_speed.output.speed, tagger=TRAINED),
    output:
        numbers=f"{RESULTS}/studies/tagger_performance.json",
    log:
        f"{LOGS}/tagger_performance.log",
    benchmark:
        f"{BENCHMARKS}/tagger_performance.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 5),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("tagger_performance"),
        baselines=BASELINES,
        reference=run.training.reference,
        ensembles=run.training.ensembles,
        pt_edges=run.combination.working_points.pt_edges,
        fake_rate=run.combination.working_points.fake_rate,
        seed=run.seed,
    message:
        "Comparing the taggers"
    script:
        "../scripts/tagger_performance.py"


use rule tagger_performance as performance_on_request with:
    input:
        scores=expand(
            f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet",
            tagger=WITH_REFERENCE,
        ),
        models=models_of_all(TRAINED_ON_REQUEST),
        speeds=expand(rules.scoring_speed.output.speed, tagger=TRAINED_ON_REQUEST),
    output:
        numbers=f"{RESULTS}/studies/performance_on_request.json",
    log:
        f"{LOGS}/performance_on_request.log",
    benchmark:
        f"{BENCHMARKS}/performance_on_request.tsv"
    params:
        baselines=dict.fromkeys(WITH_REFERENCE, run.training.reference),


rule tagger_comparison:
    input:
        numbers=rules.tagger_performance.output.numbers,
    output:
        figure=drawing("tagger_comparison", "Tagger", "Comparison of the taggers"),
        tables=tabulated("tagger_comparison", "Comparison of the taggers"),
    log:
        f"{LOGS}/tagger_comparison.log",
    benchmark:
        f"{BENCHMARKS}/tagger_comparison.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("tagger_comparison"),
        reference=run.training.reference,  # that the caption names
        fake_rate=run.combination.working_points.fake_rate,
        things=things("taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing the comparison of the taggers"
    script:
        "../scripts/tagger_comparison.py"


use rule tagger_comparison as comparison_on_request with:
    input:
        numbers=rules.performance_on_request.output.numbers,
    output:
        figure=drawing(
            "comparison_on_request",
            "Tagger",
            "Taggers on request",
            text="tagger_comparison",
        ),
        tables=tabulated(
            "comparison_on_request", "Taggers on request", text="tagger_comparison"
        ),
    log:
        f"{LOGS}/comparison_on_request.log",
    benchmark:
        f"{BENCHMARKS}/comparison_on_request.tsv"
