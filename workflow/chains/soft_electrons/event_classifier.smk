# A classifier of events that is told the mass splitting, trained without the mass point that it is
# evaluated on, against the count of events. Not part of the default target:
#
#   snakemake --cores 2 soft_electrons_event_classifiers
#
# inputs   selected candidates of all signals and backgrounds, without and with variations of the
#          simulation; scores of the sample whose hadrons define the fake rate. No data.
# outputs  results/soft_electrons/event_classifier/{point}/result.json, fold{fold}.ubj (XGBoost)
#          results/soft_electrons/figures/event_classifier.png (in the report), .json, other figures.formats;
#          event_classifier.html (in the report), .csv, .tex
# config   event_classifier; statistics; simulation.varied, weights of simulation.variations; seed;
#          masses of the signals; selection.tagger;
#          combination.working_points.sample; features.folds; figures

# Of a mass plane all points teach.
TAUGHT = [*SIGNALS, *PLANE]


rule event_classifier:
    input:
        signals=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=TAUGHT),
        backgrounds=expand(
            f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS
        ),
        varied=varied_candidates,
        hadrons=f"{RESULTS}/combination/{run.selection.tagger}/{run.combination.working_points.sample}.parquet",
    output:
        result=f"{RESULTS}/event_classifier/{{point}}/result.json",
        models=[
            f"{RESULTS}/event_classifier/{{point}}/fold{fold}.ubj"
            for fold in range(run.features.folds)
        ],
        assumed=f"{ASSUMED}/event_classifier/{{point}}.json",
    log:
        f"{LOGS}/event_classifier/{{point}}.log",
    benchmark:
        f"{BENCHMARKS}/event_classifier/{{point}}.tsv"
    wildcard_constraints:
        point=any_of(TAUGHT),
    threads: 1
    resources:
        mem_mb=memory(600, 20),
        runtime=minutes(30, 2),
    params:
        code=code_of("event_classifier"),
        config=run.event_classifier.model_dump(mode="json"),
        statistics=run.statistics.model_dump(mode="json"),
        points={name: SAMPLES[name].masses.model_dump(mode="json") for name in TAUGHT},
        backgrounds=BACKGROUNDS,
        varied=varied_samples,
        weights=run.simulation.weights,
        tagger=run.selection.tagger,
        seed=run.seed,
    message:
        "Training a classifier of events without {wildcards.point}"
    script:
        "scripts/event_classifier.py"


rule figure_event_classifier:
    input:
        expand(f"{RESULTS}/event_classifier/{{point}}/result.json", point=SIGNALS),
    output:
        figure=drawing("event_classifier", "Analysis", "Event classifier"),
        tables=tabulated("event_classifier", "Event classifier"),
    log:
        f"{LOGS}/figure_event_classifier.log",
    benchmark:
        f"{BENCHMARKS}/figure_event_classifier.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_event_classifier"),
        things=things("signals"),
        looks=LOOKS,
    message:
        "Comparing the classifier of events with the count"
    script:
        "scripts/figure_event_classifier.py"


rule event_classifiers:
    input:
        rules.figure_event_classifier.output,
