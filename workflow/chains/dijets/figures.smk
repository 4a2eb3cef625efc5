# Numbers, figures and their captions.
#
# in:   results of the search, of the performance, of the pseudo-experiments, of the real slice
# out:  {RESULTS}/summary.json; {RESULTS}/figures/{figure}.png (in the report), .json, other figures.formats
# keys: figures, windows, cwola.features


include: "../../rules/drawing.smk"


EXPERIMENTS = expand(
    rules.false_alarms.output.experiments, part=range(run.false_alarms.parts)
)
# Without a signal there is nothing to measure with.
MEASURED = METHODS if run.data.signal else []
PERFORMANCE = expand(rules.performance.output, injected=MOST, method=MEASURED)
# Supervised classifiers know the signal, whatever depends on the mass.
WITHOUT_TRUTH = [name for name in MEASURED if name != "supervised"]
CORRELATED_PERFORMANCE = expand(
    rules.performance.output, injected=CORRELATED, method=WITHOUT_TRUTH
)


rule summary:
    input:
        searches=expand(rules.search.output, injected=INJECTED),
        performance=PERFORMANCE,
        correlated=CORRELATED_PERFORMANCE,
        densities=expand(rules.densities.output.likelihoods, injected=MOST, flow=FLOWS),
        experiments=EXPERIMENTS,
        slice=rules.slice.output if run.slice else [],
    output:
        f"{RESULTS}/summary.json",
    log:
        f"{LOGS}/summary.log",
    benchmark:
        f"{BENCHMARKS}/summary.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("summary"),
        injected=INJECTED,
        most=MOST,
        methods=MEASURED,
        without_truth=WITHOUT_TRUTH,
        window=SHOWN,
    message:
        "Collecting the numbers of the search"
    script:
        "scripts/summary.py"


rule figure_spectrum:
    input:
        expand(rules.search.output, injected=[min(INJECTED), MOST]),
    output:
        drawing("spectrum", "Search", "Mass of both jets after cuts"),
    log:
        f"{LOGS}/figure_spectrum.log",
    benchmark:
        f"{BENCHMARKS}/figure_spectrum.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_spectrum"),
        injected=[min(INJECTED), MOST],
        window=SHOWN,
        windows=run.windows.model_dump(mode="json"),
        looks=LOOKS,
    message:
        "Drawing the mass of both jets"
    script:
        "scripts/figure_spectrum.py"


rule figure_score_plane:
    input:
        data=expand(rules.data.output, injected=[min(INJECTED), MOST]),
        scores=[
            f"{RESULTS}/cwola/{injected}/{SHOWN}/fold{fold}.parquet"
            for injected in (min(INJECTED), MOST)
            for fold in FOLDS
        ],
    output:
        drawing("score_plane", "Search", "Score in the plane of the jet masses"),
    log:
        f"{LOGS}/figure_score_plane.log",
    benchmark:
        f"{BENCHMARKS}/figure_score_plane.tsv"
    threads: 1
    resources:
        mem_mb=memory(600, 10),
        runtime=minutes(10),
    params:
        code=code_of("figure_score_plane"),
        injected=[min(INJECTED), MOST],
        window=WINDOWS[SHOWN],
        masses=run.signal_masses,
        looks=LOOKS,
    message:
        "Drawing the scores in the plane of the jet masses"
    script:
        "scripts/figure_score_plane.py"


rule figure_sic:
    input:
        PERFORMANCE,
    output:
        drawing("sic", "Performance", "Significance improvement"),
    log:
        f"{LOGS}/figure_sic.log",
    benchmark:
        f"{BENCHMARKS}/figure_sic.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_sic"),
        things={"taggers": titles(METHODS)},
        looks=LOOKS,
    message:
        "Drawing the significance improvement"
    script:
        "scripts/figure_sic.py"


rule figure_methods:
    input:
        plain=PERFORMANCE,
        correlated=CORRELATED_PERFORMANCE,
    output:
        drawing("methods", "Performance", "All methods"),
    log:
        f"{LOGS}/figure_methods.log",
    benchmark:
        f"{BENCHMARKS}/figure_methods.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_methods"),
        without_truth=WITHOUT_TRUTH,
        share=run.correlated.share,
        things={"taggers": titles(METHODS)},
        looks=LOOKS,
    message:
        "Drawing all methods"
    script:
        "scripts/figure_methods.py"


rule figure_p_values:
    input:
        EXPERIMENTS,
    output:
        drawing("p_values", "False alarms", "P-values without a signal"),
    log:
        f"{LOGS}/figure_p_values.log",
    benchmark:
        f"{BENCHMARKS}/figure_p_values.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_p_values"),
        experiments=run.false_alarms.pseudo_experiments,
        looks=LOOKS,
    message:
        "Drawing the p-values without a signal"
    script:
        "scripts/figure_p_values.py"


rule limits:
    input:
        expand(rules.search.output, injected=INJECTED),
    output:
        tables=tabulated("findings", "Windows and cuts", "Search"),
        limits=f"{RESULTS}/limits/limits.json",
        assumed=f"{ASSUMED}/limits/limits.json",
    log:
        f"{LOGS}/limits.log",
    benchmark:
        f"{BENCHMARKS}/limits.tsv"
    threads: 1
    resources:
        mem_mb=memory(700),
        runtime=minutes(20),
    params:
        code=code_of("limits"),
        injected=INJECTED,
        windows=WINDOWS,
    message:
        "Setting limits on the events of any signal"
    script:
        "scripts/limits.py"


rule figure_significance:
    input:
        expand(rules.search.output, injected=INJECTED),
    output:
        drawing("significance", "Search", "Significance of each window"),
    log:
        f"{LOGS}/figure_significance.log",
    benchmark:
        f"{BENCHMARKS}/figure_significance.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_significance"),
        injected=INJECTED,
        windows=run.windows.model_dump(mode="json"),
        looks=LOOKS,
    message:
        "Drawing the significance of each window"
    script:
        "scripts/figure_significance.py"


rule figures:
    input:
        rules.summary.output,
        rules.figure_spectrum.output,
        rules.figure_score_plane.output,
        rules.figure_significance.output,
        rules.figure_p_values.output,
        rules.limits.output.tables,
        [rules.figure_sic.output, rules.figure_methods.output] if PERFORMANCE else [],
