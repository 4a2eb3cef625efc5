# Reference: whether the numbers of a run are still those of the reference. Not part of the default
# target:
#
#   snakemake --cores 2 soft_electrons_reference
#
# inputs   results of the default target; tests/chains/soft_electrons/reference.json
# outputs  none; it fails with a line for each number that has moved
# config   all: there is a reference for the default run and for config/soft_electrons/smoke.yaml


# Without output or benchmark: it compares whenever it is asked for.
rule reference:
    input:
        rules.figures.input,
        rules.tagger_comparison.output,
        rules.importances.input,
        rules.evaluation.input,
        rules.exports.input,
    log:
        f"{LOGS}/reference.log",
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("reference"),
        results=RESULTS,
        tests=str(WORKFLOW.parent / "tests"),
    message:
        "Comparing the numbers of the run with the reference"
    script:
        "scripts/reference.py"
