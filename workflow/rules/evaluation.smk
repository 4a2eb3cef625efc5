# Evaluation: whether what a tagger says can be trusted. For selection.tagger by default.
#
# inputs   combined scores of the test sample and the backgrounds, events of their skims, raw scores
#          of the training samples, calibration, working points; models and features of the training
#          samples, for scores by models that have seen the events
# outputs  {RESULTS}/studies/{tagger}/score_by_pt.json, calibration_curves.json, dependence.json,
#          training_comparison.json
#          {RESULTS}/figures/score_by_pt_{tagger}.png, calibration_curves_{tagger}.png,
#          dependence_{tagger}.png, training_comparison_{tagger}.png (in the report), the other
#          figures.formats and .json of each
#          {RESULTS}/studies/correlations.json
#          {RESULTS}/figures/correlations.png (in the report), other figures.formats, .json
# config   figures; combination.working_points.sample; training (its tracks and balance); seed;
#          groups of the file of variables

EVALUATED_SAMPLES = [TEST_SAMPLE, *BACKGROUNDS]


rule tagger_evaluation:
    input:
        scores=expand(
            f"{COMBINATION}/{{sample}}.parquet",
            sample=EVALUATED_SAMPLES,
            allow_missing=True,
        ),
        events=FILES.of_parts(
            "skimming/{sample}/events-{part}.parquet", EVALUATED_SAMPLES
        ),
        training=expand(RAW, sample=TRAINING_SAMPLES, allow_missing=True),
        calibration=CALIBRATION,
        working_points=f"{COMBINATION}/working_points.json",
    output:
        score_by_pt=f"{STUDIES}/score_by_pt.json",
        calibration=f"{STUDIES}/calibration_curves.json",
        dependence=f"{STUDIES}/dependence.json",
        assumed=f"{ASSUMED}/tagger_evaluation/{{tagger}}.json",
    log:
        f"{LOGS}/tagger_evaluation/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/tagger_evaluation/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 2.5),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("tagger_evaluation"),
        samples=EVALUATED_SAMPLES,
        event_samples=FILES.samples_of_parts(EVALUATED_SAMPLES),
        training=TRAINING_SAMPLES,
        categories=list(run.training.categories),
        pt_edges=run.figures.pt_edges,
        balance=run.training.balance.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Evaluating {wildcards.tagger}"
    script:
        "../scripts/tagger_evaluation.py"


rule figure_tagger_evaluation:
    input:
        score_by_pt=rules.tagger_evaluation.output.score_by_pt,
        calibration=rules.tagger_evaluation.output.calibration,
        dependence=rules.tagger_evaluation.output.dependence,
    output:
        score_by_pt=drawing("score_by_pt_{tagger}", "Tagger", "Scores by pT"),
        calibration=drawing("calibration_curves_{tagger}", "Tagger", "Calibration"),
        dependence=drawing(
            "dependence_{tagger}", "Tagger", "Dependence on pT, eta, pile-up"
        ),
    log:
        f"{LOGS}/figure_tagger_evaluation/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_tagger_evaluation/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_tagger_evaluation"),
        training=TRAINING_SAMPLES,  # that the caption names
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the evaluation of {wildcards.tagger}"
    script:
        "../scripts/figure_tagger_evaluation.py"


rule training_comparison:
    input:
        features=TRAINING_FEATURES,
        models=models_of,
        calibration=CALIBRATION,
    output:
        numbers=f"{STUDIES}/training_comparison.json",
        assumed=f"{ASSUMED}/training_comparison/{{tagger}}.json",
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
        code=code_of("training_comparison"),
        samples=SAMPLES_OF_TRAINING,
        categories=list(run.training.categories),
        tracks=run.training.tracks.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Comparing the scores of {wildcards.tagger} in events it has and has not seen"
    script:
        "../scripts/training_comparison.py"


rule figure_training_comparison:
    input:
        numbers=rules.training_comparison.output.numbers,
    output:
        figure=drawing(
            "training_comparison_{tagger}", "Training", "Seen against unseen events"
        ),
    log:
        f"{LOGS}/figure_training_comparison/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_training_comparison/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_training_comparison"),
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing the scores of {wildcards.tagger} in events it has and has not seen"
    script:
        "../scripts/figure_training_comparison.py"


# The category with the most variables, and a model that transforms them as in training.
RICHEST = max(
    run.training.categories, key=lambda name: len(run.variables.of_category(name))
)
TRANSFORMING = (
    run.selection.tagger
    if run.selection.tagger in run.training.trained
    else run.studies.tagger
)
RICHEST_MODEL = (
    EVERY_CATEGORY
    if EVERY_CATEGORY in run.training.categories_of(TRANSFORMING)
    else RICHEST
)


rule correlations:
    input:
        features=TRAINING_FEATURES,
        model=f"{RESULTS}/training/{TRANSFORMING}/{RICHEST_MODEL}/fold0",
    output:
        numbers=f"{RESULTS}/studies/correlations.json",
        assumed=f"{ASSUMED}/correlations.json",
    log:
        f"{LOGS}/correlations.log",
    benchmark:
        f"{BENCHMARKS}/correlations.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 1),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("correlations", *run.variables.modules),
        category=RICHEST,
        groups={
            name: run.variables.variables[name].group
            for name in run.variables.of_category(RICHEST)
        },
        balance=run.training.balance.model_dump(mode="json"),
    message:
        "Correlating the input variables"
    script:
        "../scripts/correlations.py"


rule figure_correlations:
    input:
        numbers=rules.correlations.output.numbers,
    output:
        figure=drawing("correlations", "Training", "Correlations of the inputs"),
    log:
        f"{LOGS}/figure_correlations.log",
    benchmark:
        f"{BENCHMARKS}/figure_correlations.tsv"
    threads: 1
    resources:
        mem_mb=memory(520),
        runtime=minutes(10),
    params:
        code=code_of("figure_correlations"),
        category=RICHEST,  # that the caption names
        things=things("categories", "labels"),
        looks=LOOKS,
    message:
        "Drawing the correlations of the input variables"
    script:
        "../scripts/figure_correlations.py"


rule evaluation:
    input:
        rules.figure_correlations.output if TRAINS else [],
        expand(
            rules.figure_tagger_evaluation.output,
            tagger=[run.selection.tagger] if TRAINS else [],
        ),
        (
            expand(
                rules.figure_training_comparison.output, tagger=run.selection.tagger
            )
            if run.selection.tagger in run.training.trained
            else []
        ),
