# Figures of the taggers: what they learnt, and what they keep and reject.
#
# inputs   training histories, scores, working points; each rule names those it reads
# outputs  {RESULTS}/figures/{figure}.png (in the report), other figures.formats, .json; those of one
#          tagger are called {figure}_{tagger}
# config   as figures.smk, which includes this file


rule figure_loss_curves:
    input:
        models=models_of,
    output:
        drawing("loss_curves_{tagger}", "Training", "Loss curves"),
    log:
        f"{LOGS}/figure_loss_curves/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_loss_curves/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_loss_curves"),
        kinds={name: tagger.kind for name, tagger in run.training.taggers.items()},
        things=things("categories", "taggers"),
        looks=LOOKS,
    message:
        "Drawing the loss curves of {wildcards.tagger}"
    script:
        "../scripts/figure_loss_curves.py"


rule figure_score_distributions:
    input:
        scores=f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet",
        working_points=f"{RESULTS}/combination/{{tagger}}/working_points.json",
    output:
        drawing("score_distributions_{tagger}", "Tagger", "Score distributions"),
    log:
        f"{LOGS}/figure_score_distributions/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_score_distributions/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 6),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("figure_score_distributions"),
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing the scores of {wildcards.tagger}"
    script:
        "../scripts/figure_score_distributions.py"


rule figure_roc:
    input:
        expand(
            f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet", tagger=TAGGERS
        ),
    output:
        drawing("roc", "Tagger", "Fake rate against efficiency"),
    log:
        f"{LOGS}/figure_roc.log",
    benchmark:
        f"{BENCHMARKS}/figure_roc.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 3),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("figure_roc"),
        taggers=TAGGERS,
        reference=run.training.reference,
        fake_rate=run.combination.working_points.fake_rate,
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing fake rate against efficiency"
    script:
        "../scripts/figure_roc.py"


rule figure_combination_comparison:
    input:
        expand(
            f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet", tagger=TAGGERS
        ),
    output:
        drawing("combination_comparison", "Tagger", "Combination of the categories"),
    log:
        f"{LOGS}/figure_combination_comparison.log",
    benchmark:
        f"{BENCHMARKS}/figure_combination_comparison.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 3),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("figure_combination_comparison"),
        taggers=TAGGERS,
        fake_rate=run.combination.working_points.fake_rate,
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Comparing the combinations of the categories"
    script:
        "../scripts/figure_combination_comparison.py"


rule figure_efficiency_vs_pt:
    input:
        scores=f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet",
        working_points=f"{RESULTS}/combination/{{tagger}}/working_points.json",
    output:
        all=drawing("efficiency_vs_pt_{tagger}", "Tagger", "Efficiency against pT"),
        by_category=drawing(
            "efficiency_vs_pt_by_category_{tagger}",
            "Tagger",
            "Efficiency against pT by category",
        ),
    log:
        f"{LOGS}/figure_efficiency_vs_pt/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_efficiency_vs_pt/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 6),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("figure_efficiency_vs_pt"),
        response=response_of(TEST_SAMPLE),
        things=things("categories", "taggers", "labels"),
        looks=LOOKS,
    message:
        "Drawing the efficiency of {wildcards.tagger}"
    script:
        "../scripts/figure_efficiency_vs_pt.py"


rule figure_variations:
    input:
        nominal=f"{COMBINED}/{TEST_SAMPLE}.parquet",
        varied=scores_of(varied([TEST_SAMPLE])),
        working_points=f"{COMBINED}/working_points.json",
    output:
        drawing("variations", "Tagger", "Variations of the simulation"),
    log:
        f"{LOGS}/figure_variations.log",
    benchmark:
        f"{BENCHMARKS}/figure_variations.tsv"
    threads: 1
    resources:
        mem_mb=memory(450, 2),
        runtime=minutes(10, 0.02),
    params:
        code=code_of("figure_variations"),
        sample=TEST_SAMPLE,
        variations=TEST_VARIATIONS,
        titles=titles(TEST_VARIATIONS),
        tagger=run.selection.tagger,
        working_point=run.selection.working_point,
        things=things("taggers", "signals", "labels"),
        looks=LOOKS,
    message:
        "Drawing the variations of the simulation"
    script:
        "../scripts/figure_variations.py"


# A figure of one tagger, asked for without its name, is that of the selection's tagger.
rule figure_of_selection:
    input:
        f"{FIGURES}/{{figure}}_{run.selection.tagger}.{{suffix}}",
    output:
        f"{FIGURES}/{{figure}}.{{suffix}}",
    log:
        f"{LOGS}/figure_of_selection/{{figure}}-{{suffix}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_of_selection/{{figure}}-{{suffix}}.tsv"
    wildcard_constraints:
        figure=any_of(
            [
                "loss_curves",
                "score_distributions",
                "efficiency_vs_pt",
                "efficiency_vs_pt_by_category",
            ]
        ),
        suffix=any_of([*run.figures.formats, "json"]),
    localrule: True
    threads: 1
    resources:
        mem_mb=memory(100),
        runtime=minutes(5),
    params:
        code=code_of("figure_of_selection"),
        tagger=run.selection.tagger,
    message:
        "Copying {wildcards.figure} of {params.tagger}"
    script:
        "../scripts/figure_of_selection.py"
