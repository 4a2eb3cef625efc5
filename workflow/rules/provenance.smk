# Provenance: what the numbers of a run rest on.
#
# inputs   what each job of the default target assumed (warnings whose cause alters a number);
#          normalisations of all samples that are analysed or trained on
# outputs  {RESULTS}/figures/assumptions.html, normalisation.html (in the report), .csv, .tex
# config   names of samples, taggers, categories; titles of samples

READ_SAMPLES = [*TRAINING_SAMPLES, *ANALYSED, *DATA]
SKIMMED = [*READ_SAMPLES, *varied(ANALYSED), *forced(BACKGROUNDS)]
# All samples are scored by the tagger of the selection, some by the others, to compare them.
SELECTING = [
    run.selection.tagger,
    *run.training.ensembles.get(run.selection.tagger, []),
]
ASSUMING = {
    "skimming": [f"{name}-{part}" for name in SKIMMED for part in parts(name)],
    "training": [
        f"{tagger}-{category}-fold{fold}"
        for tagger in TRAINED
        for category in run.training.categories_of(tagger)
        for fold in range(run.features.folds)
    ],
    "scoring": [
        f"{tagger}-{name}"
        for tagger in TRAINED
        for name in SKIMMED
        if tagger in SELECTING or name in [*TRAINING_SAMPLES, TEST_SAMPLE]
    ],
    "exported_scoring": [
        f"{tagger}-{name}"
        for tagger in run.training.exported
        for name in SKIMMED
        if tagger in SELECTING or (TRAINS and name in [*TRAINING_SAMPLES, TEST_SAMPLE])
    ],
    "calibration": [name for name in MEASURED if name in TAGGERS],
    "working_points": [name for name in MEASURED if name in TAGGERS],
    "importance": EXPLAINABLE,
    "tagger_evaluation": [run.selection.tagger] if TRAINS else [],
    "training_comparison": [
        tagger for tagger in TRAINED if tagger == run.selection.tagger
    ],
    "export": EXPORTED,
    "statistics": SIGNALS,
    "working_point_scan": SIGNALS if TRAINS else [],
}


rule assumptions:
    input:
        [f"{ASSUMED}/{of}/{job}.json" for of, jobs in ASSUMING.items() for job in jobs],
        rules.correlations.output.assumed if TRAINS else [],
    output:
        tabulated("assumptions", "What this run assumed", "Provenance"),
    log:
        f"{LOGS}/assumptions.log",
    benchmark:
        f"{BENCHMARKS}/assumptions.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=digest("hepchain.figures.assumptions"),
        folder=ASSUMED,
    message:
        "Collecting what the jobs assumed"
    script:
        "../scripts/assumptions.py"


rule normalisation_table:
    input:
        expand(f"{RESULTS}/skimming/{{sample}}/normalisation.json", sample=READ_SAMPLES),
    output:
        tabulated("normalisation", "Normalisation of the samples", "Provenance"),
    log:
        f"{LOGS}/normalisation_table.log",
    benchmark:
        f"{BENCHMARKS}/normalisation_table.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=digest("hepchain.figures.normalisation"),
        titles=titles(READ_SAMPLES),
    message:
        "Collecting the normalisation of the samples"
    script:
        "../scripts/normalisation_table.py"
