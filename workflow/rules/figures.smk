# Figures and tables, from files of all stages; a rule each, so that a change redraws only its own.
#
# inputs   features, training histories, scores, working points, selected candidates, cut-flows,
#          results of the mass points, events of the skim; each rule names those it reads
# outputs  results/figures/{figure}.png (in the report), the other figures.formats, and .json with
#          the numbers drawn; figures of one tagger are called {figure}_{tagger}
#          results/figures/cutflow.html, .csv, the same for systematics, summary and others
# config   figures; names and titles of samples, taggers and categories; names of
#          simulation.variations, and those of the test sample; statistics.luminosity where yields
#          are shown; selection.tagger and selection.working_point where they matter


report: "../report/workflow.rst"


FIGURES = f"{RESULTS}/figures"
TAGGERS = list(run.training.taggers)
TEST_SAMPLE = run.combination.working_points.sample
COMBINED = f"{RESULTS}/combination/{run.selection.tagger}"
TEST_VARIATIONS = [variation_of(name) for name in varied([TEST_SAMPLE])]
# Those that yields may have.
VARIATIONS = sorted(
    {variation_of(name) for name in varied(ANALYSED)} | run.simulation.weights.keys()
)
SIGNAL_PARTS = [(sample, part) for sample in SIGNALS for part in parts(sample)]
LOOKS = run.figures.model_dump(mode="json")


def titles(names):
    """Name -> name in legends."""
    return {name: run.figures.titles.get(name, name) for name in names}


# Everything that has a colour of its own; the order decides which.
THINGS = {
    "categories": {
        name: run.variables.categories[name].title for name in run.training.categories
    },
    "taggers": titles(TAGGERS),
    "signals": titles(SIGNALS),
    "backgrounds": titles(BACKGROUNDS),
}


def drawing(figure, category, title):
    """The files of a figure: the PNG, which the report shows, other formats, the numbers drawn."""
    suffixes = [suffix for suffix in run.figures.formats if suffix != "png"]
    shown = report(
        f"{FIGURES}/{figure}.png",
        caption=f"../report/{figure.removesuffix('_{tagger}')}.rst",
        category=category,
        labels={
            "figure": title,
            "tagger": "{tagger}" if "{tagger}" in figure else "",
        },
    )
    return [shown, *(f"{FIGURES}/{figure}.{suffix}" for suffix in (*suffixes, "json"))]


def drawing_code(*figures):
    """Digest of the modules that draw, and of the one that writes."""
    return digest(
        "hepchain.figures.output", *(f"hepchain.figures.{figure}" for figure in figures)
    )


def scores_of(samples):
    """Combined scores of the selection's tagger."""
    return expand(f"{COMBINED}/{{sample}}.parquet", sample=samples)


rule figure_category_shares:
    input:
        features=[
            f"{RESULTS}/features/{sample}/features-{part}.parquet"
            for sample, part in SIGNAL_PARTS
        ],
    output:
        drawing("category_shares", "Samples", "Categories of tracks"),
    log:
        f"{LOGS}/figure_category_shares.log",
    benchmark:
        f"{BENCHMARKS}/figure_category_shares.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("category_shares", "reference"),
        samples=[sample for sample, _ in SIGNAL_PARTS],
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the shares of the categories"
    script:
        "../scripts/figure_category_shares.py"


rule figure_m_ee_lineshape:
    input:
        events=[
            f"{RESULTS}/skimming/{sample}/events-{part}.parquet"
            for sample, part in SIGNAL_PARTS
        ],
    output:
        drawing("m_ee_lineshape", "Samples", "Mass of the electron pair"),
    log:
        f"{LOGS}/figure_m_ee_lineshape.log",
    benchmark:
        f"{BENCHMARKS}/figure_m_ee_lineshape.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("m_ee_lineshape"),
        samples=[sample for sample, _ in SIGNAL_PARTS],
        splittings={name: run.samples[name].masses.splitting for name in SIGNALS},
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the mass of the electron pair"
    script:
        "../scripts/figure_m_ee_lineshape.py"


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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("loss_curves"),
        models=categories_and_folds,
        kinds={name: tagger.kind for name, tagger in run.training.taggers.items()},
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("score_distributions"),
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("roc"),
        taggers=TAGGERS,
        fake_rate=run.combination.working_points.fake_rate,
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("combination_comparison"),
        taggers=TAGGERS,
        fake_rate=run.combination.working_points.fake_rate,
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("efficiency_vs_pt", "reference"),
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("efficiency_vs_pt_by_category"),
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("fake_composition"),
        samples=[TEST_SAMPLE, *BACKGROUNDS],
        candidates_of=BACKGROUNDS,
        tagger=run.selection.tagger,
        working_point=run.selection.working_point,
        things=THINGS,
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
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("variations"),
        sample=TEST_SAMPLE,
        variations=TEST_VARIATIONS,
        titles=titles(TEST_VARIATIONS),
        tagger=run.selection.tagger,
        working_point=run.selection.working_point,
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the variations of the simulation"
    script:
        "../scripts/figure_variations.py"


rule systematics:
    input:
        expand(f"{RESULTS}/statistics/{{point}}/result.json", point=SIGNALS),
    output:
        report(
            f"{FIGURES}/systematics.html",
            caption="../report/systematics.rst",
            category="Tables",
            labels={"table": "Variations of the simulation"},
        ),
        f"{FIGURES}/systematics.csv",
    log:
        f"{LOGS}/systematics.log",
    benchmark:
        f"{BENCHMARKS}/systematics.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=5,
    params:
        code=digest("hepchain.figures.systematics"),
        titles=titles(VARIATIONS),
        things=THINGS,
    message:
        "Collecting the effects of the variations on the yields"
    script:
        "../scripts/systematics.py"


rule figure_cutflow:
    input:
        signals=expand(f"{RESULTS}/selection/{{sample}}.json", sample=SIGNALS),
        backgrounds=expand(f"{RESULTS}/selection/{{sample}}.json", sample=BACKGROUNDS),
        data=expand(f"{RESULTS}/selection/{{sample}}.json", sample=DATA),
    output:
        drawing("cutflow", "Analysis", "Cut-flow"),
        report(
            f"{FIGURES}/cutflow.html",
            caption="../report/cutflow.rst",
            category="Tables",
            labels={"table": "Cut-flow"},
        ),
        f"{FIGURES}/cutflow.csv",
    log:
        f"{LOGS}/figure_cutflow.log",
    benchmark:
        f"{BENCHMARKS}/figure_cutflow.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("cutflow"),
        data=DATA,
        luminosity=run.statistics.luminosity,
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the cut-flow"
    script:
        "../scripts/figure_cutflow.py"


rule figure_mass:
    input:
        signals=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=SIGNALS),
        backgrounds=expand(
            f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS
        ),
        data=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=DATA),
    output:
        drawing("mass", "Analysis", "Mass of the candidates"),
    log:
        f"{LOGS}/figure_mass.log",
    benchmark:
        f"{BENCHMARKS}/figure_mass.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("mass"),
        veto=run.selection.candidate.mass_veto,
        closed_below=CLOSED_BELOW,
        luminosity=run.statistics.luminosity,
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the mass of the candidates"
    script:
        "../scripts/figure_mass.py"


rule figure_yields:
    input:
        expand(f"{RESULTS}/statistics/{{point}}/result.json", point=SIGNALS),
    output:
        drawing("yields", "Analysis", "Yields"),
    log:
        f"{LOGS}/figure_yields.log",
    benchmark:
        f"{BENCHMARKS}/figure_yields.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("yields"),
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the yields"
    script:
        "../scripts/figure_yields.py"


rule figure_sensitivity:
    input:
        results=expand(f"{RESULTS}/statistics/{{point}}/result.json", point=SIGNALS),
        scores=scores_of(SIGNALS),
        working_points=f"{COMBINED}/working_points.json",
    output:
        drawing("sensitivity", "Analysis", "Sensitivity"),
    log:
        f"{LOGS}/figure_sensitivity.log",
    benchmark:
        f"{BENCHMARKS}/figure_sensitivity.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("sensitivity"),
        working_point=run.selection.working_point,
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the expected limits"
    script:
        "../scripts/figure_sensitivity.py"


rule figure_working_point_scan:
    input:
        expand(f"{RESULTS}/statistics/{{point}}/working_point_scan.json", point=SIGNALS),
    output:
        drawing("working_point_scan", "Analysis", "Working points"),
        report(
            f"{FIGURES}/working_point_scan.html",
            caption="../report/working_point_scan.rst",
            category="Tables",
            labels={"table": "Working points"},
        ),
        f"{FIGURES}/working_point_scan.csv",
    log:
        f"{LOGS}/figure_working_point_scan.log",
    benchmark:
        f"{BENCHMARKS}/figure_working_point_scan.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("working_point_scan"),
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the scan of the working point"
    script:
        "../scripts/figure_working_point_scan.py"


rule figure_impacts:
    input:
        expand(f"{RESULTS}/statistics/{{point}}/fit.json", point=SIGNALS),
    output:
        impacts=drawing("impacts", "Analysis", "Impacts"),
        correlations=drawing("fit_correlations", "Analysis", "Correlations of the fit"),
    log:
        f"{LOGS}/figure_impacts.log",
    benchmark:
        f"{BENCHMARKS}/figure_impacts.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=20,
    params:
        code=drawing_code("impacts", "fit_correlations"),
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the impacts of the uncertainties"
    script:
        "../scripts/figure_impacts.py"


rule summary:
    input:
        shares=f"{FIGURES}/category_shares.json",
        rocs=f"{FIGURES}/roc.json",
        efficiencies=expand(
            f"{FIGURES}/efficiency_vs_pt_{{tagger}}.json", tagger=TAGGERS
        ),
        sensitivity=f"{FIGURES}/sensitivity.json",
    output:
        report(
            f"{FIGURES}/summary.html",
            caption="../report/summary.rst",
            category="Tables",
            labels={"table": "Summary"},
        ),
        f"{FIGURES}/summary.csv",
    log:
        f"{LOGS}/summary.log",
    benchmark:
        f"{BENCHMARKS}/summary.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=5,
    params:
        code=digest("hepchain.figures.summary", "hepchain.figures.reference"),
        things=THINGS,
    message:
        "Collecting the key numbers"
    script:
        "../scripts/summary.py"


rule figures:
    input:
        rules.figure_category_shares.output,
        rules.figure_m_ee_lineshape.output,
        expand(rules.figure_loss_curves.output, tagger=run.training.trained),
        expand(rules.figure_score_distributions.output, tagger=TAGGERS),
        rules.figure_roc.output,
        rules.figure_combination_comparison.output,
        expand(rules.figure_efficiency_vs_pt.output, tagger=TAGGERS),
        expand(rules.figure_efficiency_vs_pt_by_category.output, tagger=TAGGERS),
        rules.figure_fake_composition.output,
        rules.figure_variations.output if TEST_VARIATIONS else [],
        rules.figure_cutflow.output,
        rules.figure_mass.output,
        rules.figure_yields.output,
        rules.figure_sensitivity.output,
        rules.figure_working_point_scan.output,
        rules.figure_impacts.output,
        rules.summary.output,
        rules.systematics.output if VARIATIONS else [],
