# Report: the finished results of a chain as one page that opens in any browser.
#
# inputs   those of rule `results`: what the chain makes by default; what has a caption is shown
# outputs  {RESULTS}/report.html; {RESULTS}/report.txt, its numbers to remember, for the end of a run
# config   all of it is printed, and none of it is a parameter: what changes a result changes the inputs;
#          config/{CHAIN}/report.yaml says what stands where

from hepchain.report.collected import (
    known_names,
    reported,
    rules_of,
    stages,
    texts_digest,
)

DESCRIPTION = f"config/{CHAIN}/report.yaml"
HAND_WRITTEN = [
    DESCRIPTION,
    *sorted(Path(f"config/{CHAIN}/report").glob("*.yaml")),
    *sorted(Path("src/hepchain/report/templates").iterdir()),
    *(path for place in PLACES for path in sorted((place / "report").glob("*.rst"))),
]


def shown_results(wildcards, input):
    """Results with captions."""
    return reported(rules_of(workflow, RESULTS), input, RESULTS)


rule report:
    input:
        rules.results.input,
    output:
        f"{RESULTS}/report.html",
        f"{RESULTS}/report.txt",
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{BENCHMARKS}/report.tsv"
    threads: 1
    resources:
        mem_mb=memory(700),
        runtime=minutes(10),
    params:
        code=code_of("report"),
        texts=texts_digest(HAND_WRITTEN),
        results=shown_results,
        known=lambda wildcards: known_names(rules_of(workflow, RESULTS), RESULTS),
        stages=lambda wildcards, input: stages(
            rules_of(workflow, RESULTS), input, RESULTS
        ),
        description=DESCRIPTION,
        chain=CHAIN,
    message:
        "Writing the report"
    script:
        in_place("scripts/report.py")
