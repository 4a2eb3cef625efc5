# Significance against the number of injected events, on request: the search in data of their own each.
#
# in:   {RESULTS}/search/{injected}.json
# out:  {RESULTS}/figures/injection_scan.png and other figures.formats
# keys: injection_scan, data.signal, windows


rule figure_injection_scan:
    input:
        expand(rules.search.output, injected=run.injection_scan.injected),
    output:
        drawing("injection_scan", "Search", "Significance against injected events"),
    log:
        f"{LOGS}/figure_injection_scan.log",
    benchmark:
        f"{BENCHMARKS}/figure_injection_scan.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_injection_scan"),
        injected=run.injection_scan.injected,
        window=SHOWN,
        looks=LOOKS,
    message:
        "Drawing the significance against injected events"
    script:
        "scripts/figure_injection_scan.py"


# On request: a search a number, which the default run does not make.
rule injection_scan:
    input:
        rules.figure_injection_scan.output,
