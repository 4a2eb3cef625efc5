# Export: a tagger as a folder of ONNX files that scores ntuples without this workflow.
#
# inputs   models and calibration of a tagger; features and scores of the sample of the working points,
#          on which the exported models have to give the scores of the run
# outputs  {RESULTS}/export/{tagger}/: {category}-fold{fold}.onnx, tagger.json, MODEL_CARD.md,
#          model_card.json
# config   variables; skimming.tracks; combination; names of the training samples; seed; for the
#          default target selection.tagger, unless it is an ensemble

from hepchain.labels import Labelling


def kind_of(wildcards):
    """Kind of this tagger."""
    return run.training.taggers[wildcards.tagger].kind


def models_to_export(wildcards):
    """Models of a tagger; an ensemble has none."""
    if wildcards.tagger not in run.training.trained:
        raise WorkflowError(
            f"tagger {wildcards.tagger}: taggers of kind '{kind_of(wildcards)}' cannot be "
            "exported, they have no models of their own; export the taggers they are made of"
        )
    return models_of(wildcards)


rule export:
    input:
        models=models_to_export,
        calibration=rules.calibration.output.calibration,
        features=TEST_FEATURES,
        scores=rules.working_points.input.scores,
    output:
        folder=directory(f"{RESULTS}/export/{{tagger}}"),
        assumed=f"{ASSUMED}/export/{{tagger}}.json",
    log:
        f"{LOGS}/export/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/export/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(650, 4),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("export"),
        kind=kind_of,
        score=run.combination.score,
        samples=list(dict.fromkeys(map(base_of, NTUPLES))),
        groups=run.variables.by_group,
        categories=CATEGORY_GROUPS,
        tracks=run.skimming.tracks.model_dump(mode="json"),
        working_points=run.combination.working_points.model_dump(mode="json"),
        card={
            "variables": run.variables.model_dump(mode="json")["variables"],
            "samples": {name: SAMPLES[name].simulated for name in TRAINING_SAMPLES},
            "response": run.simulation.response,
            "seed": run.seed,
            "titles": Labelling.of(LABELS).titles,
        },
    message:
        "Exporting {wildcards.tagger}"
    script:
        "../scripts/export.py"


EXPORTED = [
    tagger for tagger in [run.selection.tagger] if tagger in run.training.trained
]


rule exports:
    input:
        expand(rules.export.output, tagger=EXPORTED),
