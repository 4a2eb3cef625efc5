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
ASKED = BOX_CONFIG.answer.model_dump(mode="json")


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


rule box_answer:
    input:
        search=f"{RESULTS}/search/{{box}}.json",
        digest=lambda wildcards: [
            f"{SEALS}/{box}.json.sha256" for box in OWN_BOXES if box == wildcards.box
        ],
    output:
        f"{RESULTS}/boxes/answers/{{box}}.json",
    log:
        f"{LOGS}/boxes/{{box}}-answer.log",
    benchmark:
        f"{BENCHMARKS}/boxes/{{box}}-answer.tsv"
    wildcard_constraints:
        box=any_of(BOXES),
    threads: 1
    resources:
        mem_mb=memory(300),
        runtime=minutes(5),
    params:
        code=code_of("box_answer"),
        asked=ASKED,
        # To look for the mark of an opening beside it: no input, and not read.
        truth=lambda wildcards: (
            f"{SEALS}/{wildcards.box}.json" if wildcards.box in OWN_BOXES else None
        ),
    message:
        "Answering what is in {wildcards.box}"
    script:
        "scripts/box_answer.py"


ANSWERS = expand(rules.box_answer.output, box=BOXES)


rule black_box_table:
    input:
        ANSWERS,
    output:
        tables=tabulated("black_boxes", "Black boxes", "Black boxes"),
        answers=f"{RESULTS}/black_boxes.json",
    log:
        f"{LOGS}/black_box_table.log",
    benchmark:
        f"{BENCHMARKS}/black_box_table.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(5),
    params:
        code=code_of("black_box_table"),
        asked=ASKED,
        windows=WINDOWS,
    message:
        "Listing the answers"
    script:
        "scripts/black_box_table.py"


rule figure_black_boxes:
    input:
        answers=ANSWERS,
        searches=expand(rules.search.output, injected=BOXES),
    output:
        drawing("box_spectra", "Black boxes", "Mass of both jets after cuts"),
    log:
        f"{LOGS}/figure_black_boxes.log",
    benchmark:
        f"{BENCHMARKS}/figure_black_boxes.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_black_boxes"),
        windows=run.windows.model_dump(mode="json"),
        looks=LOOKS,
    message:
        "Drawing the mass of both jets of the boxes"
    script:
        "scripts/figure_black_boxes.py"


# On request; nothing of it is part of the default run, and no seal is opened.
rule black_boxes:
    input:
        rules.black_box_table.output,
        rules.figure_black_boxes.output,


rule box_opening:
    input:
        answer=f"{RESULTS}/boxes/answers/{{box}}.json",
        truth=f"{SEALS}/{{box}}.json",
        data=f"{RESULTS}/data/{{box}}.parquet",
        scores=[
            f"{RESULTS}/cwola/{{box}}/{window}/fold{fold}.parquet"
            for window in WINDOWS
            for fold in FOLDS
        ],
    output:
        f"{RESULTS}/boxes/opened/{{box}}.json",
    log:
        f"{LOGS}/boxes/{{box}}-opening.log",
    benchmark:
        f"{BENCHMARKS}/boxes/{{box}}-opening.tsv"
    wildcard_constraints:
        box=any_of(OWN_BOXES),
    threads: 1
    resources:
        mem_mb=memory(500, 8),
        runtime=minutes(5),
    params:
        code=code_of("box_opening"),
        asked=ASKED,
        windows=WINDOWS,
    message:
        "Opening the seal of {wildcards.box}"
    script:
        "scripts/box_opening.py"


rule opened_table:
    input:
        expand(rules.box_opening.output, box=OWN_BOXES),
    output:
        tabulated("opened_boxes", "Black boxes, opened", "Black boxes"),
    log:
        f"{LOGS}/opened_table.log",
    benchmark:
        f"{BENCHMARKS}/opened_table.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(5),
    params:
        code=code_of("opened_table"),
    message:
        "Comparing the answers with the truth"
    script:
        "scripts/opened_table.py"


rule black_boxes_opened:
    input:
        rules.black_boxes.input,
        rules.opened_table.output,
