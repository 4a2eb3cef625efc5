# Training: one model for each tagger, category of tracks and fold; of a unified tagger one for each
# fold, with `all` for the category.
#
# inputs   features of all parts of all samples of role training
# outputs  {RESULTS}/training/{tagger}/{category}/fold{fold}/, trained without the events of {fold}
# config   training (of the tagger at hand, no other); transformations of the category's variables
#          in the file of variables; features.folds; seed

from hepchain.config.training import EVERY_CATEGORY
from hepchain.modules import KINDS_OF_TAGGERS, module_named

TRAINING_FEATURES = FILES.of_parts(
    "features/{sample}/features-{part}.parquet", TRAINING_SAMPLES
)
# Sample of each of them.
SAMPLES_OF_TRAINING = FILES.samples_of_parts(TRAINING_SAMPLES)
# Those that are made for what asks for them alone are not among them.
TAGGERS = run.training.listed
TRAINED = [name for name in TAGGERS if name in run.training.trained]
# Whether anything is trained. If not, nothing needs truth, and what says how good a tagger is, or what it
# learnt, is made on demand only.
TRAINS = bool(run.training.trained)


wildcard_constraints:
    tagger=any_of(run.training.taggers),
    category=any_of([*run.training.categories, EVERY_CATEGORY]),


def code_of_tagger(script):
    """Input function: digest of a script, of the kind of taggers at hand and of transformations."""

    def code(wildcards):
        kind = run.training.taggers[wildcards.tagger].kind
        return code_of(
            script, module_named(kind, KINDS_OF_TAGGERS), *run.variables.modules
        )

    return code


def memory_of_training(of_input):
    """Memory request in MB of a job that trains a tagger, grown by `of_input` MB a MB of inputs.

    Keras and TensorFlow alone take 800.
    """
    network, other = memory(1300, of_input), memory(650, of_input)

    def request(wildcards, input, attempt):
        uses_network = run.training.taggers[wildcards.tagger].uses_gpu
        return (network if uses_network else other)(wildcards, input, attempt)

    return request


def tagger_settings(wildcards):
    """Settings of this tagger alone, so that a change of another does not retrain it."""
    return run.training.taggers[wildcards.tagger].model_dump(mode="json")


def categories_of_model(wildcards):
    """Categories of tracks a model is for."""
    if wildcards.category == EVERY_CATEGORY:
        return run.training.categories
    return [wildcards.category]


def inputs_of_model(wildcards):
    """Input variables of a model: name -> transformation, scale."""
    inputs = run.variables.inputs(categories_of_model(wildcards))
    return {name: list(pair) for name, pair in inputs.items()}


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


rule training:
    input:
        features=TRAINING_FEATURES,
    output:
        model=directory(f"{RESULTS}/training/{{tagger}}/{{category}}/fold{{fold}}"),
        assumed=f"{ASSUMED}/training/{{tagger}}-{{category}}-fold{{fold}}.json",
    log:
        f"{LOGS}/training/{{tagger}}-{{category}}-fold{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/training/{{tagger}}-{{category}}-fold{{fold}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory_of_training(3),
        runtime=minutes(60, 0.5),
        gpu=gpus_of_tagger,
    params:
        code=code_of_tagger("training"),
        settings=tagger_settings,
        tracks=run.training.tracks.model_dump(mode="json"),
        variables=inputs_of_model,
        categories=variables_by_category,
        samples=SAMPLES_OF_TRAINING,
        folds=run.features.folds,
        seed=run.seed,
    message:
        "Training {wildcards.tagger} on {wildcards.category} tracks without fold {wildcards.fold}"
    script:
        "../scripts/training.py"
