# Figures of the taggers: what they learnt, and what they keep and reject.
#
# inputs   training histories, scores, working points; each rule names those it reads
# outputs  results/figures/{figure}.png (in the report), other figures.formats, .json; those of one
#          tagger are called {figure}_{tagger}
# config   as figures.smk, which includes this file


def categories_and_folds(wildcards):
    """Category and fold of each model of a tagger."""
    return [
        (category, fold)
        for category in run.training.categories_of(wildcards.tagger)
        for fold in range(run.features.folds)
    ]


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
        code=drawing_code("loss_curves"),
        models=categories_and_folds,
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
        code=drawing_code("score_distributions"),
        things=things("categories", "taggers"),
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
        code=drawing_code("roc"),
        taggers=TAGGERS,
        fake_rate=run.combination.working_points.fake_rate,
        things=things("categories", "taggers"),
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
        code=drawing_code("combination_comparison"),
        taggers=TAGGERS,
        fake_rate=run.combination.working_points.fake_rate,
        things=things("categories", "taggers"),
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
        drawing("efficiency_vs_pt_{tagger}", "Tagger", "Efficiency against pT"),
    log:
        f"{LOGS}/figure_efficiency_vs_pt/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_efficiency_vs_pt/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 6),
        runtime=minutes(10, 0.1),
    params:
        code=drawing_code("efficiency_vs_pt", "reference"),
        things=things("categories", "taggers"),
        looks=LOOKS,
    message:
        "Drawing the efficiency of {wildcards.tagger}"
    script:
        "../scripts/figure_efficiency_vs_pt.py"


rule figure_efficiency_vs_pt_by_category:
    input:
        scores=f"{RESULTS}/combination/{{tagger}}/{TEST_SAMPLE}.parquet",
        working_points=f"{RESULTS}/combination/{{tagger}}/working_points.json",
    output:
        drawing(
            "efficiency_vs_pt_by_category_{tagger}",
            "Tagger",
            "Efficiency against pT by category",
        ),
    log:
        f"{LOGS}/figure_efficiency_vs_pt_by_category/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_efficiency_vs_pt_by_category/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 6),
        runtime=minutes(10, 0.1),
    params:
        code=drawing_code("efficiency_vs_pt_by_category"),
        things=things("categories", "taggers"),
        looks=LOOKS,
    message:
        "Drawing the efficiency of {wildcards.tagger} by category"
    script:
        "../scripts/figure_efficiency_vs_pt_by_category.py"


rule figure_fake_composition:
    input:
        scores=scores_of([TEST_SAMPLE, *BACKGROUNDS]),
        candidates=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS),
        working_points=f"{COMBINED}/working_points.json",
    output:
        figure=drawing("fake_composition", "Tagger", "Composition of the fakes"),
        tables=[
            report(
                f"{FIGURES}/fake_rates.html",
                caption="../report/fake_rates.rst",
                category="Tables",
                labels={"table": "Fake rates"},
            ),
            f"{FIGURES}/fake_rates.csv",
        ],
    log:
        f"{LOGS}/figure_fake_composition.log",
    benchmark:
        f"{BENCHMARKS}/figure_fake_composition.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 0.6),
        runtime=minutes(10, 0.02),
    params:
        code=drawing_code("fake_composition"),
        samples=[TEST_SAMPLE, *BACKGROUNDS],
        candidates_of=BACKGROUNDS,
        tagger=run.selection.tagger,
        working_point=run.selection.working_point,
        things=things("taggers", "signals", "backgrounds"),
        looks=LOOKS,
    message:
        "Drawing the composition of the fakes"
    script:
        "../scripts/figure_fake_composition.py"


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
        code=drawing_code("variations"),
        sample=TEST_SAMPLE,
        variations=TEST_VARIATIONS,
        titles=titles(TEST_VARIATIONS),
        tagger=run.selection.tagger,
        working_point=run.selection.working_point,
        things=things("taggers", "signals"),
        looks=LOOKS,
    message:
        "Drawing the variations of the simulation"
    script:
        "../scripts/figure_variations.py"


# A figure of one tagger, asked for without its name, is that of the selection's tagger.
localrules:
    figure_of_selection,


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
    threads: 1
    resources:
        mem_mb=memory(100),
        runtime=minutes(5),
    params:
        tagger=run.selection.tagger,
    message:
        "Copying {wildcards.figure} of {params.tagger}"
    shell:
        "(cp {input} {output}.partial && mv {output}.partial {output} && echo done) > {log} 2>&1"
