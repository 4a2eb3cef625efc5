# Comparison of all taggers of a run on the same tracks; with more of them than the default run has:
#
#   snakemake --cores 2 tagger_comparison --configfile config/taggers.yaml
#
# inputs   scores of the test sample, models, and features of the test sample for the speed
# outputs  results/combination/{tagger}/speed.json (a measurement: differs from run to run)
#          results/figures/tagger_comparison.png (in the report), .json, other figures.formats
#          results/figures/tagger_comparison.html (in the report), .csv
# config   combination.working_points; training.taggers; training.reference; figures;
#          seed

BASELINES = run.training.baselines
TRAINED = run.training.trained
MODELS = [
    f"{RESULTS}/training/{tagger}/{category}/fold{fold}"
    for tagger in TRAINED
    for category in run.training.categories_of(tagger)
    for fold in range(run.features.folds)
]


rule scoring_speed:
    input:
        models=models_of,
        features=[
            f"{RESULTS}/features/{TEST_SAMPLE}/features-{part}.parquet"
            for part in parts(TEST_SAMPLE)
        ],
    output:
        speed=f"{COMBINATION}/speed.json",
    log:
        f"{LOGS}/scoring_speed/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/scoring_speed/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(TRAINED),
    threads: 1
    resources:
        mem_mb=memory_of_tagger(3),
        runtime=minutes(10, 0.05),
    params:
        code=digest("hepchain.combination.speed"),
    message:
        "Timing the scoring with {wildcards.tagger}"
    script:
        "../scripts/scoring_speed.py"


rule tagger_comparison:
    input:
        scores=expand(
            f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet",
            tagger=BASELINES,
        ),
        models=MODELS,
        speeds=expand(rules.scoring_speed.output.speed, tagger=TRAINED),
    output:
        figure=drawing("tagger_comparison", "Tagger", "Comparison of the taggers"),
        tables=[
            report(
                f"{FIGURES}/tagger_comparison.html",
                caption="../report/tagger_comparison.rst",
                category="Tables",
                labels={"table": "Comparison of the taggers"},
            ),
            f"{FIGURES}/tagger_comparison.csv",
        ],
    log:
        f"{LOGS}/tagger_comparison.log",
    benchmark:
        f"{BENCHMARKS}/tagger_comparison.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 5),
        runtime=minutes(10, 0.1),
    params:
        code=drawing_code("tagger_comparison"),
        baselines=BASELINES,
        ensembles=run.training.ensembles,
        pt_edges=run.combination.working_points.pt_edges,
        fake_rate=run.combination.working_points.fake_rate,
        things=things("taggers"),
        looks=LOOKS,
        seed=run.seed,
    message:
        "Comparing the taggers"
    script:
        "../scripts/tagger_comparison.py"
