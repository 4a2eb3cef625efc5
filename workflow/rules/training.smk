# Training: one model for each tagger, category of tracks and fold; of a unified tagger one for each
# fold, with `all` for the category.
#
# inputs   features of all parts of all samples of role training
# outputs  results/training/{tagger}/{category}/fold{fold}/, trained without the events of {fold}
# config   training (of the tagger at hand, no other); transformations of the category's variables
#          in the file of variables; features.folds; seed

TRAINING_SAMPLES = run.of_role(Role.TRAINING)
TRAINING_PARTS = [
    (sample, part) for sample in TRAINING_SAMPLES for part in parts(sample)
]


def tagger_settings(wildcards):
    """Settings of this tagger alone, so that a change of another does not retrain it."""
    return run.training.taggers[wildcards.tagger].model_dump(mode="json")


def tagger_code(wildcards):
    """Digest of what trains this kind of taggers."""
    kind = run.training.taggers[wildcards.tagger].kind
    return digest("hepchain.training.train", f"hepchain.training.taggers.{kind}")


def categories_of_model(wildcards):
    """Categories of tracks a model is for."""
    if wildcards.category == EVERY_CATEGORY:
        return run.training.categories
    return [wildcards.category]


def inputs_of_model(wildcards):
    """Input variables of a model: name -> [transformation, scale]."""
    variables = run.variables.variables
    return {
        name: [variables[name].transformation.value, variables[name].scale]
        for name in run.variables.of_categories(categories_of_model(wildcards))
    }


def variables_by_category(wildcards):
    """Of a model of all categories: category -> its variables."""
    if wildcards.category != EVERY_CATEGORY:
        return {}
    return {name: run.variables.of_category(name) for name in run.training.categories}


def models_of(wildcards):
    """Models of a tagger, by category and fold."""
    return expand(
        f"{RESULTS}/training/{wildcards.tagger}/{{category}}/fold{{fold}}",
        category=run.training.categories_of(wildcards.tagger),
        fold=range(run.features.folds),
    )


def gpus_of_tagger(wildcards):
    """GPUs of a training job."""
    uses_gpu = run.training.taggers[wildcards.tagger].uses_gpu
    return granted_gpus(run.training.gpu) if uses_gpu else 0


# Without it, one GPU in `--resources` would mean one GPU job at a time on the whole cluster.
resource_scopes:
    gpu="local",


rule training:
    input:
        features=[
            f"{RESULTS}/features/{sample}/features-{part}.parquet"
            for sample, part in TRAINING_PARTS
        ],
    output:
        model=directory(f"{RESULTS}/training/{{tagger}}/{{category}}/fold{{fold}}"),
    log:
        f"{LOGS}/training/{{tagger}}-{{category}}-fold{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/training/{{tagger}}-{{category}}-fold{{fold}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory_of_tagger(3),
        runtime=minutes(60, 0.5),
        gpu=gpus_of_tagger,
    params:
        code=tagger_code,
        settings=tagger_settings,
        tracks=run.training.tracks.model_dump(mode="json"),
        variables=inputs_of_model,
        categories=variables_by_category,
        samples=[sample for sample, _ in TRAINING_PARTS],
        folds=run.features.folds,
        seed=run.seed,
    message:
        "Training {wildcards.tagger} on {wildcards.category} tracks without fold {wildcards.fold}"
    script:
        "../scripts/training.py"
