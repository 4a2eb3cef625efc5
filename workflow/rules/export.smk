# Export: a tagger as a folder of ONNX files that scores ntuples without this workflow.
#
# inputs   models and calibration of a tagger; features and scores of the sample of the working points,
#          on which the exported models have to give the scores of the run
# outputs  results/export/{tagger}/: {category}-fold{fold}.onnx, tagger.json, MODEL_CARD.md,
#          model_card.json
# config   variables; skimming.tracks; combination; names of the training samples; seed; for the
#          default target selection.tagger, if taggers of its kind can be exported

from hepchain.errors import StageError
from hepchain.export.model import exportable, require_exportable

WORKING_POINTS_SAMPLE = run.combination.working_points.sample


def kind_of(wildcards):
    """Kind of this tagger."""
    return run.training.taggers[wildcards.tagger].kind


def models_to_export(wildcards):
    """Models of a tagger, if they can be exported."""
    try:
        require_exportable(wildcards.tagger, kind_of(wildcards))
    except StageError as error:
        raise WorkflowError(str(error)) from None
    return models_of(wildcards)


def export_code(wildcards):
    """Digest of what loads, writes and applies this kind of taggers."""
    return digest(
        "hepchain.export.export", f"hepchain.training.taggers.{kind_of(wildcards)}"
    )


rule export:
    input:
        models=models_to_export,
        calibration=rules.calibration.output.calibration,
        features=[
            f"{RESULTS}/features/{WORKING_POINTS_SAMPLE}/features-{part}.parquet"
            for part in parts(WORKING_POINTS_SAMPLE)
        ],
        scores=rules.working_points.input.scores,
    output:
        folder=directory(f"{RESULTS}/export/{{tagger}}"),
    log:
        f"{LOGS}/export/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/export/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(650, 4),
        runtime=minutes(10, 0.1),
    params:
        code=export_code,
        kind=kind_of,
        score=run.combination.score,
        samples=list(dict.fromkeys(map(base_of, NTUPLES))),
        groups=VARIABLE_GROUPS,
        categories=CATEGORY_GROUPS,
        tracks=run.skimming.tracks.model_dump(mode="json"),
        working_points=run.combination.working_points.model_dump(mode="json"),
        card={
            "variables": run.variables.model_dump(mode="json")["variables"],
            "samples": {name: SAMPLES[name].simulated for name in TRAINING_SAMPLES},
            "response": run.simulation.response,
            "seed": run.seed,
        },
    message:
        "Exporting {wildcards.tagger}"
    script:
        "../scripts/export.py"


EXPORTED = [
    tagger
    for tagger in [run.selection.tagger]
    if exportable(run.training.taggers[tagger].kind)
]


rule exports:
    input:
        expand(rules.export.output, tagger=EXPORTED),
