# Black boxes, on request: generated and sealed, or brought; searched as any data; answered, and opened.
#
# in:   files of the LHC Olympics that the config names
# out:  {RESULTS}/boxes/seal/{box}.json, the truth, which no rule of the search reads, and its digest;
#       {RESULTS}/boxes/{box}-{part}.h5; {RESULTS}/data/{box}.parquet; {RESULTS}/boxes/answers/{box}.json;
#       {RESULTS}/boxes/opened/{box}.json; tables and a figure in {RESULTS}/figures
# keys: black_boxes, events.response, windows, data.folds

BOX_CONFIG = run.black_boxes
OWN_BOXES = BOX_CONFIG.own.boxes if BOX_CONFIG.own else []
SEALS = f"{RESULTS}/boxes/seal"


rule box_seal:
    output:
        truths=expand(f"{SEALS}/{{box}}.json", box=OWN_BOXES),
        digests=expand(f"{SEALS}/{{box}}.json.sha256", box=OWN_BOXES),
    log:
        f"{LOGS}/box_seal.log",
    benchmark:
        f"{BENCHMARKS}/box_seal.tsv"
    threads: 1
    resources:
        mem_mb=memory(300),
        runtime=minutes(5),
    params:
        code=code_of("box_seal"),
        own=BOX_CONFIG.own.model_dump(mode="json") if BOX_CONFIG.own else None,
    message:
        "Drawing and sealing what is in the boxes"
    script:
        "scripts/box_seal.py"


rule box_generation:
    input:
        f"{SEALS}/{{box}}.json",
    output:
        f"{RESULTS}/boxes/{{box}}-{{part}}.h5",
    log:
        f"{LOGS}/boxes/{{box}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/boxes/{{box}}-{{part}}.tsv"
    wildcard_constraints:
        box=any_of(OWN_BOXES),
    threads: 1
    resources:
        mem_mb=memory(900),
        runtime=lambda wildcards, attempt: attempt * (5 + BOX_CONFIG.own.events // 2000),
    params:
        code=code_of("box_generation"),
        own=BOX_CONFIG.own.model_dump(mode="json") if BOX_CONFIG.own else None,
        response=run.events.response.model_dump(mode="json"),
    message:
        "Generating {wildcards.box}, part {wildcards.part}"
    script:
        "scripts/box_generation.py"


rule box_data:
    input:
        background=lambda wildcards: [
            f"{RESULTS}/jets/{wildcards.box}-{part}.parquet"
            for part, _ in enumerate(BOX_FILES[wildcards.box])
        ],
        signal=[],
    output:
        f"{RESULTS}/data/{{box}}.parquet",
    log:
        f"{LOGS}/data/{{box}}.log",
    benchmark:
        f"{BENCHMARKS}/data/{{box}}.tsv"
    wildcard_constraints:
        box=any_of(BOXES),
    threads: 1
    resources:
        mem_mb=memory(500, 8),
        runtime=minutes(10, 0.05),
    params:
        code=code_of("box_data"),
        folds=run.data.folds,
        mass=run.windows.mass,
    message:
        "Making data of {wildcards.box}"
    script:
        "scripts/box_data.py"
