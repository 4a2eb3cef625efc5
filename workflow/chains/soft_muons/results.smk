# Results: taggers against TIGHT, importance, comparison with reconstructed muons, summary.
#
# in:   raw scores and features of the campaigns, models
# out:  {RESULTS}/results/{campaign}.json, {campaign}_pt_rel.json, {RESULTS}/summary.json
# keys: tight, results, pt_rel, figures.pt_edges, seed, real_muons

# A campaign is a sample, and the category of its muons.
CAMPAIGNS = [name for name in TRAINING_SAMPLES if name in run.training.categories]
MAIN = CAMPAIGNS[-1]
BROUGHT = [name for name in run.samples if name in FILES.brought]


wildcard_constraints:
    campaign=any_of(CAMPAIGNS),


rule evaluation:
    input:
        expand(RAW, tagger=TAGGERS, sample="{campaign}"),
    output:
        f"{RESULTS}/results/{{campaign}}.json",
    log:
        f"{LOGS}/evaluation/{{campaign}}.log",
    benchmark:
        f"{BENCHMARKS}/evaluation/{{campaign}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(900, 10),
        runtime=minutes(20),
    params:
        code=code_of("evaluation"),
        taggers=TAGGERS,
        tight=run.tight.model_dump(mode="json"),
        results=run.results.model_dump(mode="json"),
        pt_edges=run.figures.pt_edges,
        seed=run.seed,
    message:
        "Comparing the taggers with TIGHT, {wildcards.campaign}"
    script:
        "scripts/evaluation.py"


rule pt_rel:
    input:
        evaluation=f"{RESULTS}/results/{{campaign}}.json",
        scores=expand(RAW, tagger=run.results.tagger, sample="{campaign}"),
    output:
        f"{RESULTS}/results/{{campaign}}_pt_rel.json",
    log:
        f"{LOGS}/pt_rel/{{campaign}}.log",
    benchmark:
        f"{BENCHMARKS}/pt_rel/{{campaign}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(700, 5),
        runtime=minutes(20),
    params:
        code=code_of("pt_rel"),
        tagger=run.results.tagger,
        tight=run.tight.model_dump(mode="json"),
        config=run.pt_rel.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Fitting templates of pTrel, {wildcards.campaign}"
    script:
        "scripts/pt_rel.py"


rule summary:
    input:
        evaluations=expand(rules.evaluation.output, campaign=CAMPAIGNS),
        pt_rel=expand(rules.pt_rel.output, campaign=CAMPAIGNS),
        brought=FILES.of_parts("features/{sample}/features-{part}.parquet", BROUGHT),
    output:
        f"{RESULTS}/summary.json",
    log:
        f"{LOGS}/summary.log",
    benchmark:
        f"{BENCHMARKS}/summary.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("summary"),
        results=run.results.model_dump(mode="json"),
    message:
        "Summarising"
    script:
        "scripts/summary.py"
