# Features: one row a track, with category, label, fold and the named variables.
#
# in:   {RESULTS}/skimming/{sample}/tracks-{part}.parquet, report-{part}.json
# out:  {RESULTS}/features/{sample}/features-{part}.parquet, summary-{part}.json
# keys: features, variables (names, groups and categories only)

# Module of the chain that says which objects are signal and which are background.
LABELS = f"hepchain.chains.{CHAIN}.labels"
CATEGORY_GROUPS = {name: item.groups for name, item in run.variables.categories.items()}


rule features:
    input:
        tracks=rules.skimming.output.tracks,
        report=rules.skimming.output.report,
    output:
        features=f"{RESULTS}/features/{{sample}}/features-{{part}}.parquet",
        summary=f"{RESULTS}/features/{{sample}}/summary-{{part}}.json",
    log:
        f"{LOGS}/features/{{sample}}-{{part}}.log",
    benchmark:
        f"{BENCHMARKS}/features/{{sample}}-{{part}}.tsv"
    wildcard_constraints:
        sample=any_of(NTUPLES),
    threads: 1
    resources:
        mem_mb=memory(450, 4),
        runtime=minutes(10, 0.02),
    params:
        code=code_of("features", LABELS),
        labels=LABELS,
        features=run.features.model_dump(mode="json"),
        groups=run.variables.by_group,
        categories=CATEGORY_GROUPS,
    message:
        "features of {wildcards.sample}, part {wildcards.part}"
    script:
        "../scripts/features.py"
