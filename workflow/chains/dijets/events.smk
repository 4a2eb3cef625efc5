# Events: generated or read, the numbers of their two jets, and the data of the search.
#
# in:   nothing but the config, or files of the LHC Olympics that it names
#       the files of black boxes
# out:  {RESULTS}/events/{name}-{part}.h5 in the format of the LHC Olympics, removed once read;
#       {RESULTS}/jets/{name}-{part}.parquet; {RESULTS}/data/{injected}.parquet
# keys: events, jets, data, windows.mass, seed

EVENT_SAMPLES = run.events.samples
# Box -> its files, generated or brought: see black_boxes.smk.
BOX_FILES = run.black_boxes.files_of_all(f"{RESULTS}/boxes")
BOXES = list(BOX_FILES)


def events_of(wildcards):
    """File of events of a job: generated, or one of those that are brought."""
    part = int(wildcards.part)
    if wildcards.name in BOX_FILES:
        return BOX_FILES[wildcards.name][part]
    sample = EVENT_SAMPLES[wildcards.name]
    if sample.files is None:
        return f"{RESULTS}/events/{wildcards.name}-{part}.h5"
    return sample.files[part]


def tables_of(name):
    """Tables of the jets of a sample, one a part; of no sample none."""
    parts = range(EVENT_SAMPLES[name].all_parts) if name else []
    return [f"{RESULTS}/jets/{name}-{part}.parquet" for part in parts]


def generation_settings(wildcards):
    """What a sample depends on; how many jobs it has decides on the weights."""
    return EVENT_SAMPLES[wildcards.name].model_dump(mode="json")


rule generation:
    output:
        temp(f"{RESULTS}/events/{{name}}-{{part}}.h5"),
    log:
        f"{LOGS}/events/{{name}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/events/{{name}}-{{part}}.tsv"
    wildcard_constraints:
        name=any_of(EVENT_SAMPLES),
    threads: 1
    resources:
        mem_mb=memory(900),
        # Five times what 1,000 events were measured to take.
        runtime=lambda wildcards, attempt: attempt
        * (5 + EVENT_SAMPLES[wildcards.name].events // 2000),
    params:
        code=code_of("generation"),
        sample=generation_settings,
        response=run.events.response.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Generating events of {wildcards.name}, part {wildcards.part}"
    script:
        "scripts/generation.py"


rule jets:
    input:
        events_of,
    output:
        f"{RESULTS}/jets/{{name}}-{{part}}.parquet",
    log:
        f"{LOGS}/jets/{{name}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/jets/{{name}}-{{part}}.tsv"
    wildcard_constraints:
        name=any_of([*EVENT_SAMPLES, *BOXES]),
    threads: 1
    resources:
        mem_mb=memory(900),
        runtime=minutes(10, 0.2),
    params:
        code=code_of("jets"),
        jets=run.jets.model_dump(mode="json"),
        labelled=lambda wildcards: wildcards.name in EVENT_SAMPLES
        and EVENT_SAMPLES[wildcards.name].labelled,
    message:
        "Finding the jets of {wildcards.name}, part {wildcards.part}"
    script:
        "scripts/jets.py"


rule data:
    input:
        background=tables_of(run.data.background),
        signal=tables_of(run.data.signal),
    output:
        f"{RESULTS}/data/{{injected}}.parquet",
    log:
        f"{LOGS}/data/{{injected}}.log",
    benchmark:
        f"{BENCHMARKS}/data/{{injected}}.tsv"
    wildcard_constraints:
        injected=r"\d+",
    threads: 1
    resources:
        mem_mb=memory(500, 8),
        runtime=minutes(10, 0.05),
    params:
        code=code_of("data"),
        names=[run.data.background, run.data.signal],
        folds=run.data.folds,
        mass=run.windows.mass,
    message:
        "Making data with {wildcards.injected} events of the signal"
    script:
        "scripts/data.py"
