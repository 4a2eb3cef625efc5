# Evaluation: whether what a tagger says can be trusted. For selection.tagger by default.
#
# inputs   combined scores of the test sample and the backgrounds, events of their skims, raw scores
#          of the training samples, calibration, working points; models and features of the training
#          samples, for scores by models that have seen the events
# outputs  results/figures/score_by_pt_{tagger}.png, calibration_curves_{tagger}.png,
#          dependence_{tagger}.png, training_comparison_{tagger}.png (in the report), the other
#          figures.formats and .json of each
#          results/figures/correlations.png (in the report), other figures.formats, .json
# config   figures; combination.working_points.sample; training (its tracks and balance); seed;
#          groups of the file of variables

EVALUATED_SAMPLES = [TEST_SAMPLE, *BACKGROUNDS]
EVALUATED_PARTS = [
    (sample, part) for sample in EVALUATED_SAMPLES for part in parts(sample)
]


rule tagger_evaluation:
    input:
        scores=expand(
            f"{COMBINATION}/{{sample}}.parquet",
            sample=EVALUATED_SAMPLES,
            allow_missing=True,
        ),
        events=[
            f"{RESULTS}/skimming/{sample}/events-{part}.parquet"
            for sample, part in EVALUATED_PARTS
        ],
        training=expand(RAW, sample=TRAINING_SAMPLES, allow_missing=True),
        calibration=CALIBRATION,
        working_points=f"{COMBINATION}/working_points.json",
    output:
        score_by_pt=drawing("score_by_pt_{tagger}", "Tagger", "Scores by pT"),
        calibration=drawing("calibration_curves_{tagger}", "Tagger", "Calibration"),
        dependence=drawing(
            "dependence_{tagger}", "Tagger", "Dependence on pT, eta, pile-up"
        ),
    log:
        f"{LOGS}/tagger_evaluation/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/tagger_evaluation/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 2.5),
        runtime=minutes(10, 0.1),
    params:
        code=drawing_code("score_distributions", "calibration_curves", "dependence"),
        samples=EVALUATED_SAMPLES,
        event_samples=[sample for sample, _ in EVALUATED_PARTS],
        balance=run.training.balance.model_dump(mode="json"),
        seed=run.seed,
        things=THINGS,
        looks=LOOKS,
    message:
        "Evaluating {wildcards.tagger}"
    script:
        "../scripts/tagger_evaluation.py"


rule training_comparison:
    input:
        features=[
            f"{RESULTS}/features/{sample}/features-{part}.parquet"
            for sample, part in TRAINING_PARTS
        ],
        models=models_of,
        calibration=CALIBRATION,
    output:
        drawing(
            "training_comparison_{tagger}", "Training", "Seen against unseen events"
        ),
    log:
        f"{LOGS}/training_comparison/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/training_comparison/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(550, 9),
        runtime=minutes(10, 0.2),
    params:
        code=drawing_code("training_comparison"),
        scoring=scoring_code,
        samples=[sample for sample, _ in TRAINING_PARTS],
        tracks=run.training.tracks.model_dump(mode="json"),
        seed=run.seed,
        things=things("categories", "taggers"),
        looks=LOOKS,
    message:
        "Comparing the scores of {wildcards.tagger} in events it has and has not seen"
    script:
        "../scripts/training_comparison.py"


# The category with the most variables, and a model that transforms them as in training.
RICHEST = max(
    run.training.categories, key=lambda name: len(run.variables.of_category(name))
)
TRANSFORMING = (
    run.selection.tagger
    if run.selection.tagger in run.training.trained
    else run.training.trained[0]
)
RICHEST_MODEL = (
    EVERY_CATEGORY
    if EVERY_CATEGORY in run.training.categories_of(TRANSFORMING)
    else RICHEST
)


rule correlations:
    input:
        features=[
            f"{RESULTS}/features/{sample}/features-{part}.parquet"
            for sample, part in TRAINING_PARTS
        ],
        model=f"{RESULTS}/training/{TRANSFORMING}/{RICHEST_MODEL}/fold0",
    output:
        drawing("correlations", "Training", "Correlations of the inputs"),
    log:
        f"{LOGS}/correlations.log",
    benchmark:
        f"{BENCHMARKS}/correlations.tsv"
    threads: 1
    resources:
        mem_mb=memory(700, 1),
        runtime=minutes(10, 0.1),
    params:
        code=drawing_code("correlations"),
        category=RICHEST,
        groups={
            name: run.variables.variables[name].group
            for name in run.variables.of_category(RICHEST)
        },
        balance=run.training.balance.model_dump(mode="json"),
        things=things("categories"),
        looks=LOOKS,
    message:
        "Correlating the input variables"
    script:
        "../scripts/correlations.py"


rule evaluation:
    input:
        rules.correlations.output,
        expand(rules.tagger_evaluation.output, tagger=run.selection.tagger),
        (
            expand(rules.training_comparison.output, tagger=run.selection.tagger)
            if run.selection.tagger in run.training.trained
            else []
        ),
