# The search: classifiers of each window, a job a fold; cuts, fits and p-values.
#
# in:   {RESULTS}/data/{injected}.parquet; files of a real slice that the config names
# out:  {RESULTS}/cwola/{injected}/{window}/fold{fold}.parquet, the scores of the events of a fold;
#       {RESULTS}/search/{injected}.json; {RESULTS}/performance/{injected}/{method}.json;
#       {RESULTS}/scores/{injected}/{method}.parquet, {RESULTS}/densities/{injected}/{flow}.json;
#       {RESULTS}/false_alarms/{part}.json; {RESULTS}/slice/study.json; {RESULTS}/summary.json
# keys: cwola, densities, autoencoder, correlated, windows, search, false_alarms, slice, data.folds, seed

INJECTED = run.data.injected
MOST = max(INJECTED)
WINDOWS = run.windows.windows
FOLDS = range(run.data.folds)
FLOWS = run.densities.flows
# The window of the signal that is injected, or else the first.
SHOWN = run.shown_window
# Numbers of injected events, the data whose features depend on the mass, and the black boxes.
DATA = rf"\d+(?:_correlated)?|{any_of(BOXES)}"
CORRELATED = f"{MOST}_correlated"
METHODS = [
    "supervised",
    *(f"{method}_{flow}" for method in ("cathode", "anode") for flow in FLOWS),
    "cwola",
    "autoencoder_error",
    "autoencoder_latent",
]


rule correlated:
    input:
        f"{RESULTS}/data/{MOST}.parquet",
    output:
        f"{RESULTS}/data/{CORRELATED}.parquet",
    log:
        f"{LOGS}/data/{CORRELATED}.log",
    benchmark:
        f"{BENCHMARKS}/data/{CORRELATED}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 8),
        runtime=minutes(10),
    params:
        code=code_of("correlated"),
        share=run.correlated.share,
    message:
        "Making features depend on the mass"
    script:
        "scripts/correlated.py"


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
        injected=DATA,
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
        "Learning {wildcards.window} in the data {wildcards.injected}, without fold {wildcards.fold}"
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
        injected=DATA,
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
        "Searching the data {wildcards.injected}"
    script:
        "scripts/search.py"


rule densities:
    input:
        f"{RESULTS}/data/{{injected}}.parquet",
    output:
        anode=f"{RESULTS}/scores/{{injected}}/anode_{{flow}}.parquet",
        cathode=f"{RESULTS}/scores/{{injected}}/cathode_{{flow}}.parquet",
        likelihoods=f"{RESULTS}/densities/{{injected}}/{{flow}}.json",
        assumed=f"{ASSUMED}/densities/{{injected}}-{{flow}}.json",
    log:
        f"{LOGS}/densities/{{injected}}-{{flow}}.log",
    benchmark:
        f"{BENCHMARKS}/densities/{{injected}}-{{flow}}.tsv"
    wildcard_constraints:
        injected=DATA,
        flow=any_of(FLOWS),
    threads: 1
    resources:
        mem_mb=memory(2000, 10),
        runtime=minutes(60, 20),
    params:
        code=code_of("densities"),
        bands=run.windows.bands(SHOWN),
        densities=run.densities.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Estimating densities by {wildcards.flow} with {wildcards.injected} events of the signal"
    script:
        "scripts/densities.py"


rule autoencoder:
    input:
        f"{RESULTS}/data/{{injected}}.parquet",
    output:
        error=f"{RESULTS}/scores/{{injected}}/autoencoder_error.parquet",
        latent=f"{RESULTS}/scores/{{injected}}/autoencoder_latent.parquet",
        assumed=f"{ASSUMED}/autoencoder/{{injected}}.json",
    log:
        f"{LOGS}/autoencoder/{{injected}}.log",
    benchmark:
        f"{BENCHMARKS}/autoencoder/{{injected}}.tsv"
    wildcard_constraints:
        injected=DATA,
    threads: 1
    resources:
        mem_mb=memory(1500, 10),
        runtime=minutes(30, 10),
    params:
        code=code_of("autoencoder"),
        bands=run.windows.bands(SHOWN),
        autoencoder=run.autoencoder.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Training autoencoders with {wildcards.injected} events of the signal"
    script:
        "scripts/autoencoder.py"


rule supervised:
    input:
        f"{RESULTS}/data/{{injected}}.parquet",
    output:
        scores=f"{RESULTS}/scores/{{injected}}/supervised.parquet",
        assumed=f"{ASSUMED}/supervised/{{injected}}.json",
    log:
        f"{LOGS}/supervised/{{injected}}.log",
    benchmark:
        f"{BENCHMARKS}/supervised/{{injected}}.tsv"
    wildcard_constraints:
        injected=DATA,
    threads: 1
    resources:
        mem_mb=memory(900, 10),
        runtime=minutes(20, 5),
    params:
        code=code_of("supervised"),
        window=WINDOWS[SHOWN],
        cwola=run.cwola.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Learning the truth of {wildcards.injected} injected events"
    script:
        "scripts/supervised.py"


def scores_of_method(wildcards):
    """Scores of a method in the window that is shown."""
    if wildcards.method == "cwola":
        return fold_scores([SHOWN])(wildcards)
    return [f"{RESULTS}/scores/{wildcards.injected}/{wildcards.method}.parquet"]


rule performance:
    input:
        data=f"{RESULTS}/data/{{injected}}.parquet",
        scores=scores_of_method,
    output:
        f"{RESULTS}/performance/{{injected}}/{{method}}.json",
    log:
        f"{LOGS}/performance/{{injected}}-{{method}}.log",
    benchmark:
        f"{BENCHMARKS}/performance/{{injected}}-{{method}}.tsv"
    wildcard_constraints:
        injected=DATA,
        method=any_of(METHODS),
    threads: 1
    resources:
        mem_mb=memory(500, 10),
        runtime=minutes(10),
    params:
        code=code_of("performance"),
        window=WINDOWS[SHOWN],
        seed=run.seed,
    message:
        "Measuring {wildcards.method} with {wildcards.injected} events of the signal"
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
