# What is made on request alone.
#
# in:   raw scores of the main campaign, models; raw scores of samples of other generators
# out:  {RESULTS}/figures/comparison_on_request.html, .csv, .tex, roc_on_request.png, generators.png;
#       other figures.formats and .json of figures
# keys: training.on_request, results, tight, figures, seed; samples of role signal

WITH_REFERENCE = [*COMPARED, *run.training.on_request]


# Time and quality of taggers of training.on_request beside the network and the default tagger.
rule comparison_on_request:
    input:
        scores=expand(RAW, tagger=WITH_REFERENCE, sample=MAIN),
        models=expand(
            f"{RESULTS}/training/{{tagger}}/{MAIN}/fold{{fold}}",
            tagger=WITH_REFERENCE,
            fold=range(run.features.folds),
        ),
    output:
        roc=drawing("roc_on_request", "Tagger", "Taggers on request"),
        tables=[
            report(
                f"{FIGURES}/comparison_on_request.html",
                caption=caption("comparison_on_request"),
                category="Tagger",
                labels={"table": "Quality and time of taggers"},
            ),
            f"{FIGURES}/comparison_on_request.csv",
            f"{FIGURES}/comparison_on_request.tex",
        ],
    log:
        f"{LOGS}/comparison_on_request.log",
    benchmark:
        f"{BENCHMARKS}/comparison_on_request.tsv"
    threads: 1
    resources:
        mem_mb=memory(900, 10),
        runtime=minutes(20),
    params:
        code=code_of("comparison_on_request"),
        campaign=MAIN,
        taggers=WITH_REFERENCE,
        tight=run.tight.model_dump(mode="json"),
        results=run.results.model_dump(mode="json"),
        pt_edges=run.figures.pt_edges,
        seed=run.seed,
        things=THINGS | {"taggers": {n: TITLES.get(n, n) for n in WITH_REFERENCE}},
        looks=LOOKS,
    message:
        "Comparing quality and time of {params.taggers}"
    script:
        "scripts/comparison_on_request.py"


# Samples that nothing is trained on, of the campaign of the main sample; none by default.
OTHER_GENERATORS = [
    name
    for name in SIGNALS
    if SAMPLES[name].simulated and SAMPLES[name].campaign == SAMPLES[MAIN].campaign
]


rule generators:
    input:
        evaluation=f"{RESULTS}/results/{MAIN}.json",
        scores=[
            f"{RESULTS}/combination/{tagger}/raw/{sample}.parquet"
            for sample in [MAIN, *OTHER_GENERATORS]
            for tagger in COMPARED
        ],
    output:
        drawing("generators", "Tagger", "Dependence on the generator"),
    log:
        f"{LOGS}/generators.log",
    benchmark:
        f"{BENCHMARKS}/generators.tsv"
    threads: 1
    resources:
        mem_mb=memory(700, 5),
        runtime=minutes(10),
    params:
        code=code_of("generators"),
        samples=[MAIN, *OTHER_GENERATORS],
        taggers=COMPARED,
        titles={name: TITLES.get(name, name) for name in [MAIN, *OTHER_GENERATORS]},
        tight=run.tight.model_dump(mode="json"),
        things=THINGS,
        looks=LOOKS,
    message:
        "Comparing generators"
    script:
        "scripts/generators.py"
