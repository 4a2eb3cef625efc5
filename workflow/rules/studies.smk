# Studies: what the variables are worth to a tagger, how few of them suffice, what shuffled labels
# teach. The importance of trees is part of the default target; for any other tagger, and for the
# other studies (of studies.tagger):
#
#   snakemake --cores 2 {RESULTS}/figures/importance_keras.png
#   snakemake --cores 2 <chain>_studies
#
# inputs   features of the training samples and the test sample; importance: models of the tagger
# outputs  {RESULTS}/studies/{tagger}/importance.json
#          {RESULTS}/figures/importance_{tagger}.png (in the report), .json, other figures.formats,
#          .csv with all variables
#          {RESULTS}/studies/{tagger}/variable_scan/{category}.json, label_shuffle/{category}.json
#          {RESULTS}/figures/variable_scan_{tagger}.png (in the report), .json, ...;
#          label_shuffle_{tagger}.html (in the report), .csv, .tex
# config   studies; training (of the tagger at hand), training.categories; variables;
#          combination.working_points; features.folds; figures; seed

STUDIES = f"{RESULTS}/studies/{{tagger}}"
# Taggers that know their Shapley values, so that it costs seconds to have them.
EXPLAINABLE = [
    name
    for name in TRAINED
    if run.training.taggers[name].kind == "trees"
    and not run.training.taggers[name].pt_boundaries
]


rule importance:
    input:
        features=TRAINING_FEATURES,
        models=models_of,
    output:
        numbers=f"{STUDIES}/importance.json",
        assumed=f"{ASSUMED}/importance/{{tagger}}.json",
    log:
        f"{LOGS}/importance/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/importance/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(600, 4),
        runtime=minutes(30, 0.2),
    params:
        code=code_of_tagger("importance"),
        samples=SAMPLES_OF_TRAINING,
        categories={
            name: run.variables.of_category(name) for name in run.training.categories
        },
        controls=run.variables.controls,
        balance=run.training.balance.model_dump(mode="json"),
        config=run.studies.importance.model_dump(mode="json", exclude={"shown"}),
        max_tracks=run.studies.variable_scan.max_tracks,
        seed=run.seed,
    message:
        "Finding the importance of the variables for {wildcards.tagger}"
    script:
        "../scripts/importance.py"


rule figure_importance:
    input:
        numbers=rules.importance.output.numbers,
    output:
        figure=drawing("importance_{tagger}", "Tagger", "Importance of the variables"),
        table=f"{FIGURES}/importance_{{tagger}}.csv",
    log:
        f"{LOGS}/figure_importance/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_importance/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_importance"),
        shown=run.studies.importance.shown,
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing the importance of the variables for {wildcards.tagger}"
    script:
        "../scripts/figure_importance.py"


rule variable_scan:
    input:
        features=TRAINING_FEATURES,
        test=TEST_FEATURES,
    output:
        scan=f"{STUDIES}/variable_scan/{{category}}.json",
        assumed=f"{ASSUMED}/variable_scan/{{tagger}}-{{category}}.json",
    log:
        f"{LOGS}/variable_scan/{{tagger}}-{{category}}.log",
    benchmark:
        f"{BENCHMARKS}/variable_scan/{{tagger}}-{{category}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory_of_training(6),
        runtime=minutes(240, 5),
        gpu=gpus_of_tagger,
    params:
        code=code_of_tagger("variable_scan"),
        settings=tagger_settings,
        tracks=run.training.tracks.model_dump(mode="json"),
        variables=inputs_of_model,
        samples=SAMPLES_OF_TRAINING,
        test_samples=FILES.samples_of_parts([TEST_SAMPLE]),
        folds=run.features.folds,
        seed=run.seed,
        fake_rate=run.combination.working_points.fake_rate,
        config=run.studies.variable_scan.model_dump(mode="json"),
        importance=run.studies.importance.model_dump(mode="json", exclude={"shown"}),
    message:
        "Training {wildcards.tagger} on ever fewer variables of {wildcards.category} tracks"
    script:
        "../scripts/variable_scan.py"


rule figure_variable_scan:
    input:
        expand(
            f"{STUDIES}/variable_scan/{{category}}.json",
            category=run.training.categories,
            allow_missing=True,
        ),
    output:
        drawing("variable_scan_{tagger}", "Tagger", "How few variables suffice"),
    log:
        f"{LOGS}/figure_variable_scan/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_variable_scan/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_variable_scan"),
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing how few variables suffice for {wildcards.tagger}"
    script:
        "../scripts/figure_variable_scan.py"


rule label_shuffle:
    input:
        features=TRAINING_FEATURES,
    output:
        areas=f"{STUDIES}/label_shuffle/{{category}}.json",
        assumed=f"{ASSUMED}/label_shuffle/{{tagger}}-{{category}}.json",
    log:
        f"{LOGS}/label_shuffle/{{tagger}}-{{category}}.log",
    benchmark:
        f"{BENCHMARKS}/label_shuffle/{{tagger}}-{{category}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory_of_training(6),
        runtime=minutes(120, 2),
        gpu=gpus_of_tagger,
    params:
        code=code_of_tagger("label_shuffle"),
        settings=tagger_settings,
        tracks=run.training.tracks.model_dump(mode="json"),
        variables=inputs_of_model,
        samples=SAMPLES_OF_TRAINING,
        folds=run.features.folds,
        seed=run.seed,
        shuffles=run.studies.label_shuffle.shuffles,
        max_tracks=run.studies.variable_scan.max_tracks,
    message:
        "Training {wildcards.tagger} on shuffled labels of {wildcards.category} tracks"
    script:
        "../scripts/label_shuffle.py"


rule label_shuffle_table:
    input:
        expand(
            f"{STUDIES}/label_shuffle/{{category}}.json",
            category=run.training.categories,
            allow_missing=True,
        ),
    output:
        tabulated("label_shuffle_{tagger}", "Shuffled labels"),
    log:
        f"{LOGS}/label_shuffle_table/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/label_shuffle_table/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("label_shuffle_table"),
        things=things("categories", "taggers", "labels"),
    message:
        "Collecting what shuffled labels teach {wildcards.tagger}"
    script:
        "../scripts/label_shuffle_table.py"


rule importances:
    input:
        expand(rules.figure_importance.output, tagger=EXPLAINABLE),


rule studies:
    input:
        expand(rules.figure_importance.output, tagger=run.studies.tagger),
        expand(rules.figure_variable_scan.output, tagger=run.studies.tagger),
        expand(rules.label_shuffle_table.output, tagger=run.studies.tagger),
