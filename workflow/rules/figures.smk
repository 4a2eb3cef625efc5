# Figures and tables, from files of all stages; a rule each, so that a change redraws only its own.
# Here: what they share, and figures of the samples; those of taggers and analysis are included.
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
# Titles are handed over with the things they are of.
LOOKS = run.figures.model_dump(mode="json", exclude={"titles"})


def titles(names):
    """Name -> name in legends."""
    return {name: run.figures.titles.get(name, name) for name in names}


# Everything that has a look of its own; the order decides which.
THINGS = {
    "categories": {
        name: run.variables.categories[name].title for name in run.training.categories
    },
    "taggers": titles(TAGGERS),
    "signals": titles(SIGNALS),
    "backgrounds": titles(BACKGROUNDS),
    "data": titles(DATA),
}


def things(*kinds):
    """Those kinds of THINGS that a figure shows, so that a change of others does not redraw it."""
    return {kind: THINGS[kind] for kind in kinds}


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
        mem_mb=memory(500, 0.2),
        runtime=minutes(10, 0.01),
    params:
        code=drawing_code("category_shares", "reference"),
        samples=[sample for sample, _ in SIGNAL_PARTS],
        things=things("categories", "signals"),
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
        mem_mb=memory(550, 10),
        runtime=minutes(10, 0.1),
    params:
        code=drawing_code("m_ee_lineshape"),
        samples=[sample for sample, _ in SIGNAL_PARTS],
        splittings={name: run.samples[name].masses.splitting for name in SIGNALS},
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the mass of the electron pair"
    script:
        "../scripts/figure_m_ee_lineshape.py"


include: "figures_tagger.smk"
include: "figures_analysis.smk"


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
