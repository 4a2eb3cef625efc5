# What models have learnt of their inputs, and models as folders that score without this workflow.
# Of the default tagger by default; of another by name:
#
#   snakemake --cores 2 results/soft_muons/figures/importance_network.png
#   snakemake --cores 2 results/soft_muons/export/network
#
# in:   features, models, scores
# out:  {RESULTS}/studies/{tagger}/importance.json, {RESULTS}/figures/importance_{tagger}.png (in the
#       report), other figures.formats, .json, .csv; {RESULTS}/export/{tagger}
# keys: importance, training.balance, combination, variables, skimming.tracks, production.response, seed

from hepchain.labels import Labelling


rule importance:
    input:
        features=TRAINING_FEATURES,
        models=models_of,
    output:
        numbers=f"{RESULTS}/studies/{{tagger}}/importance.json",
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
        config=run.importance.model_dump(mode="json", exclude={"shown"}),
        max_tracks=run.training.max_tracks,
        seed=run.seed,
    message:
        "Finding Shapley values of the inputs of {wildcards.tagger}"
    script:
        in_place("scripts/importance.py")


rule figure_importance:
    input:
        numbers=rules.importance.output.numbers,
    output:
        figure=drawing("importance_{tagger}", "Tagger", "Shapley values of the inputs"),
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
        shown=run.importance.shown,
        things=THINGS | {"taggers": {n: TITLES.get(n, n) for n in run.training.taggers}},
        looks=LOOKS,
    message:
        "Drawing Shapley values of the inputs of {wildcards.tagger}"
    script:
        in_place("scripts/figure_importance.py")


rule export:
    input:
        models=models_of,
        calibration=rules.calibration.output.calibration,
        features=FILES.of_parts(
            "features/{sample}/features-{part}.parquet",
            [run.combination.working_points.sample],
        ),
        scores=rules.working_points.input.scores,
    output:
        folder=directory(f"{RESULTS}/export/{{tagger}}"),
        assumed=f"{ASSUMED}/export/{{tagger}}.json",
    log:
        f"{LOGS}/export/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/export/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(650, 4),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("export"),
        kind=lambda wildcards: run.training.taggers[wildcards.tagger].kind,
        score=run.combination.score,
        samples=list(dict.fromkeys(map(base_of, NTUPLES))),
        groups=run.variables.by_group,
        categories=CATEGORY_GROUPS,
        tracks=run.skimming.tracks.model_dump(mode="json"),
        working_points=run.combination.working_points.model_dump(mode="json"),
        card={
            "variables": run.variables.model_dump(mode="json")["variables"],
            "samples": {name: SAMPLES[name].simulated for name in TRAINING_SAMPLES},
            "response": run.production.response,
            "seed": run.seed,
            "titles": Labelling.of(LABELS).titles,
        },
    message:
        "Exporting {wildcards.tagger}"
    script:
        in_place("scripts/export.py")
