# Figures and tables, from files of all stages; a rule each, so that a change redraws only its own.
# Here: what they share, and figures of the samples; those of taggers and analysis are included.
#
# inputs   features, training histories, scores, working points, selected candidates, cut-flows,
#          results of the mass points, events of the skim; each rule names those it reads
# outputs  {RESULTS}/figures/{figure}.png (in the report), the other figures.formats, and .json with
#          the numbers drawn; figures of one tagger are called {figure}_{tagger}
#          {RESULTS}/figures/cutflow.html, .csv, the same for systematics, summary and others
# config   figures; names and titles of samples, taggers and categories; names of
#          simulation.variations, and those of the test sample; statistics.luminosity where yields
#          are shown; selection.tagger and selection.working_point where they matter


include: "drawing.smk"


TEST_SAMPLE = run.combination.working_points.sample
TEST_FEATURES = FILES.of_parts(
    "features/{sample}/features-{part}.parquet", [TEST_SAMPLE]
)
COMBINED = f"{RESULTS}/combination/{run.selection.tagger}"
TEST_VARIATIONS = [variation_of(name) for name in varied([TEST_SAMPLE])]
# Those that yields may have.
VARIATIONS = sorted(
    {variation_of(name) for name in varied(ANALYSED)} | run.simulation.weights.keys()
)


# Everything that has a look of its own; the order decides which.
THINGS = {
    "categories": {
        name: run.variables.categories[name].title for name in run.training.categories
    },
    "taggers": titles(run.training.taggers),
    "signals": titles(SIGNALS),
    "backgrounds": titles(BACKGROUNDS),
    "data": titles(DATA),
    "labels": titles(["signal", "background"]),
}


def things(*kinds):
    """Those kinds of THINGS that a figure shows, so that a change of others does not redraw it."""
    return {kind: THINGS[kind] for kind in kinds}


def response_of(sample):
    """What captions say of the detector response; nothing of a sample that somebody brings."""
    if not SAMPLES[sample].simulated:
        return {}
    nominal = RESPONSES[variation_of(sample)]
    return {
        "file": run.simulation.response,
        "fakes": nominal.tracking.fake_share.value,
        "shapes": nominal.calorimeter.shapes_source,
    }


def scores_of(samples):
    """Combined scores of the selection's tagger."""
    return expand(f"{COMBINED}/{{sample}}.parquet", sample=samples)


rule figure_category_shares:
    input:
        features=FILES.of_parts("features/{sample}/features-{part}.parquet", SIGNALS),
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
        code=code_of("figure_category_shares"),
        samples=FILES.samples_of_parts(SIGNALS),
        response=response_of(TEST_SAMPLE),
        things=things("categories", "signals", "labels"),
        looks=LOOKS,
    message:
        "Drawing the shares of the categories"
    script:
        "../scripts/figure_category_shares.py"
