# CWoLa and the densities with several seeds, on request: the errors of the training.
#
# in:   {RESULTS}/data/{injected}.parquet, with the most injected events
# out:  {RESULTS}/method_seeds/{method}-{number}.json; {RESULTS}/method_seeds.json;
#       {RESULTS}/figures/method_seeds.html and others
# keys: method_seeds, cwola, densities, windows, data, seed

SEEDS = range(run.method_seeds.number)


rule seed_cwola:
    input:
        f"{RESULTS}/data/{MOST}.parquet",
    output:
        numbers=f"{RESULTS}/method_seeds/cwola-{{number}}.json",
        assumed=f"{ASSUMED}/method_seeds/cwola-{{number}}.json",
    log:
        f"{LOGS}/method_seeds/cwola-{{number}}.log",
    benchmark:
        f"{BENCHMARKS}/method_seeds/cwola-{{number}}.tsv"
    wildcard_constraints:
        number=r"\d+",
    threads: 1
    resources:
        mem_mb=memory(900, 10),
        runtime=minutes(50, 20),
    params:
        code=code_of("seed_cwola"),
        bands=run.windows.bands(SHOWN),
        cwola=run.cwola.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Learning without labels with seed {wildcards.number}"
    script:
        "scripts/seed_cwola.py"


rule seed_densities:
    input:
        f"{RESULTS}/data/{MOST}.parquet",
    output:
        numbers=f"{RESULTS}/method_seeds/{{flow}}-{{number}}.json",
        assumed=f"{ASSUMED}/method_seeds/{{flow}}-{{number}}.json",
    log:
        f"{LOGS}/method_seeds/{{flow}}-{{number}}.log",
    benchmark:
        f"{BENCHMARKS}/method_seeds/{{flow}}-{{number}}.tsv"
    wildcard_constraints:
        flow=any_of(FLOWS),
        number=r"\d+",
    threads: 1
    resources:
        mem_mb=memory(2000, 10),
        runtime=minutes(60, 20),
    params:
        code=code_of("seed_densities"),
        bands=run.windows.bands(SHOWN),
        densities=run.densities.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Estimating densities by {wildcards.flow} with seed {wildcards.number}"
    script:
        "scripts/seed_densities.py"


rule seed_table:
    input:
        [
            f"{RESULTS}/method_seeds/{method}-{number}.json"
            for number in SEEDS
            for method in ("cwola", *FLOWS)
        ],
    output:
        tables=tabulated("method_seeds", "Methods, several seeds", "Performance"),
        numbers=f"{RESULTS}/method_seeds.json",
    log:
        f"{LOGS}/seed_table.log",
    benchmark:
        f"{BENCHMARKS}/seed_table.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(5),
    params:
        code=code_of("seed_table"),
        number=run.method_seeds.number,
        titles=titles([*METHODS, *FLOWS]),
    message:
        "Collecting the methods of all seeds"
    script:
        "scripts/seed_table.py"


# On request: each seed is as long as the densities of the default run.
rule method_seeds:
    input:
        rules.seed_table.output,
