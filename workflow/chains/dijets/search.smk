# The search: classifiers of each window, a job a fold; cuts, fits and p-values.
#
# in:   {RESULTS}/data/{injected}.parquet; files of a real slice that the config names
# out:  {RESULTS}/cwola/{injected}/{window}/fold{fold}.parquet, the scores of the events of a fold;
#       {RESULTS}/search/{injected}.json; {RESULTS}/performance/{injected}-{window}.json;
#       {RESULTS}/false_alarms/{part}.json; {RESULTS}/slice/study.json; {RESULTS}/summary.json
# keys: cwola, windows, search, false_alarms, slice, data.folds, seed

INJECTED = run.data.injected
MOST = max(INJECTED)
WINDOWS = run.windows.windows
FOLDS = range(run.data.folds)


def fold_scores(windows):
    """Input function: scores of all folds, window by window."""

    def paths(wildcards):
        return [
            f"{RESULTS}/cwola/{wildcards.injected}/{window}/fold{fold}.parquet"
            for window in windows
            for fold in FOLDS
        ]

    return paths


rule cwola:
    input:
        f"{RESULTS}/data/{{injected}}.parquet",
    output:
        scores=f"{RESULTS}/cwola/{{injected}}/{{window}}/fold{{fold}}.parquet",
        assumed=f"{ASSUMED}/cwola/{{injected}}-{{window}}-{{fold}}.json",
    log:
        f"{LOGS}/cwola/{{injected}}-{{window}}-{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/cwola/{{injected}}-{{window}}-{{fold}}.tsv"
    wildcard_constraints:
        injected=r"\d+",
        window=any_of(WINDOWS),
    threads: 1
    resources:
        mem_mb=memory(900, 10),
        runtime=minutes(10, 5),
    params:
        code=code_of("cwola"),
        bands=lambda wildcards: run.windows.bands(wildcards.window),
        cwola=run.cwola.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Learning {wildcards.window} with {wildcards.injected} events of the signal, without fold {wildcards.fold}"
    script:
        "scripts/cwola.py"


rule search:
    input:
        data=f"{RESULTS}/data/{{injected}}.parquet",
        scores=fold_scores(WINDOWS),
    output:
        f"{RESULTS}/search/{{injected}}.json",
    log:
        f"{LOGS}/search/{{injected}}.log",
    benchmark:
        f"{BENCHMARKS}/search/{{injected}}.tsv"
    wildcard_constraints:
        injected=r"\d+",
    threads: 1
    resources:
        mem_mb=memory(700, 10),
        runtime=minutes(20),
    params:
        code=code_of("search"),
        windows=run.windows.model_dump(mode="json"),
        cwola=run.cwola.model_dump(mode="json"),
        search=run.search.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Searching data with {wildcards.injected} events of the signal"
    script:
        "scripts/search.py"


rule performance:
    input:
        data=f"{RESULTS}/data/{{injected}}.parquet",
        scores=lambda wildcards: fold_scores([wildcards.window])(wildcards),
    output:
        f"{RESULTS}/performance/{{injected}}-{{window}}.json",
    log:
        f"{LOGS}/performance/{{injected}}-{{window}}.log",
    benchmark:
        f"{BENCHMARKS}/performance/{{injected}}-{{window}}.tsv"
    wildcard_constraints:
        injected=r"\d+",
        window=any_of(WINDOWS),
    threads: 1
    resources:
        mem_mb=memory(500, 10),
        runtime=minutes(10),
    params:
        code=code_of("performance"),
        window=lambda wildcards: WINDOWS[wildcards.window],
        seed=run.seed,
    message:
        "Measuring the scores of {wildcards.window} with {wildcards.injected} events of the signal"
    script:
        "scripts/performance.py"


rule false_alarms:
    input:
        f"{RESULTS}/data/{min(INJECTED)}.parquet",
    output:
        experiments=f"{RESULTS}/false_alarms/{{part}}.json",
        assumed=f"{ASSUMED}/false_alarms/{{part}}.json",
    log:
        f"{LOGS}/false_alarms/{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/false_alarms/{{part}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(700, 10),
        runtime=minutes(120),
    params:
        code=code_of("false_alarms"),
        features=run.cwola.features,
        windows=run.windows.model_dump(mode="json"),
        search=run.search.model_dump(mode="json"),
        false_alarms=run.false_alarms.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Searching pseudo-experiments without signal, part {wildcards.part}"
    script:
        "scripts/false_alarms.py"


rule slice:
    input:
        files=(
            [run.slice.train, run.slice.validation, run.slice.signal]
            if run.slice
            else []
        ),
        data=f"{RESULTS}/data/{MOST}.parquet",
    output:
        f"{RESULTS}/slice/study.json",
        assumed=f"{ASSUMED}/slice/study.json",
    log:
        f"{LOGS}/slice.log",
    benchmark:
        f"{BENCHMARKS}/slice.tsv"
    threads: 1
    resources:
        mem_mb=memory(1200),
        runtime=minutes(60),
    params:
        code=code_of("slice"),
        slice=run.slice.model_dump(mode="json") if run.slice else None,
        seed=run.seed,
    message:
        "Looking at a real slice of the LHC Olympics"
    script:
        "scripts/slice.py"
