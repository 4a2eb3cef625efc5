# Figures and tables of the analysis: candidates, yields, limits and the fits behind them.
#
# inputs   selected candidates, cut-flows, results of the mass points, numbers of other figures; each
#          rule names those it reads
# outputs  results/soft_electrons/figures/{figure}.png (in the report), other figures.formats, .json;
#          results/soft_electrons/figures/{table}.html (in the report), .csv, .tex;
#          results/soft_electrons/summary.json
# config   as figures.smk, which includes this file


rule systematics:
    input:
        expand(f"{RESULTS}/statistics/{{point}}/result.json", point=SIGNALS),
    output:
        tabulated("systematics", "Variations of the simulation"),
    log:
        f"{LOGS}/systematics.log",
    benchmark:
        f"{BENCHMARKS}/systematics.tsv"
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("systematics"),
        titles=titles(VARIATIONS),
        things=things("signals", "backgrounds"),
    message:
        "Collecting the effects of the variations on the yields"
    script:
        "scripts/systematics.py"


rule figure_cutflow:
    input:
        signals=expand(f"{RESULTS}/selection/{{sample}}.json", sample=SIGNALS),
        backgrounds=expand(f"{RESULTS}/selection/{{sample}}.json", sample=BACKGROUNDS),
        data=expand(f"{RESULTS}/selection/{{sample}}.json", sample=DATA),
    output:
        figure=drawing("cutflow", "Analysis", "Cut-flow"),
        tables=tabulated("cutflow", "Cut-flow"),
    log:
        f"{LOGS}/figure_cutflow.log",
    benchmark:
        f"{BENCHMARKS}/figure_cutflow.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_cutflow"),
        data=DATA,
        luminosity=run.statistics.luminosity,
        things=things("signals", "backgrounds", "data"),
        looks=LOOKS,
    message:
        "Drawing the cut-flow"
    script:
        "scripts/figure_cutflow.py"


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
        mem_mb=memory(550),
        runtime=minutes(10),
    params:
        code=code_of("figure_mass"),
        veto=run.selection.candidate.mass_veto,
        closed_below=CLOSED_BELOW,
        luminosity=run.statistics.luminosity,
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the mass of the candidates"
    script:
        "scripts/figure_mass.py"


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
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_yields"),
        backgrounds=list(titles(BACKGROUNDS).values()),
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the yields"
    script:
        "scripts/figure_yields.py"


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
        mem_mb=memory(500, 1.5),
        runtime=minutes(10, 0.02),
    params:
        code=code_of("figure_sensitivity"),
        working_point=run.selection.working_point,
        other_working_point=run.statistics.working_point_of_headline,
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the expected limits"
    script:
        "scripts/figure_sensitivity.py"


rule figure_working_point_scan:
    input:
        expand(f"{RESULTS}/statistics/{{point}}/working_point_scan.json", point=SIGNALS),
    output:
        figure=drawing("working_point_scan", "Analysis", "Working points"),
        tables=tabulated("working_point_scan", "Working points"),
    log:
        f"{LOGS}/figure_working_point_scan.log",
    benchmark:
        f"{BENCHMARKS}/figure_working_point_scan.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_working_point_scan"),
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the scan of the working point"
    script:
        "scripts/figure_working_point_scan.py"


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
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_impacts"),
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the impacts of the uncertainties"
    script:
        "scripts/figure_impacts.py"


rule summary:
    input:
        shares=f"{FIGURES}/category_shares.json" if TRAINS else [],
        rocs=f"{FIGURES}/roc.json" if TRAINS else [],
        efficiencies=expand(
            f"{FIGURES}/efficiency_vs_pt_{{tagger}}.json",
            tagger=TAGGERS if TRAINS else [],
        ),
        sensitivity=f"{FIGURES}/sensitivity.json",
        rates=expand(
            f"{RESULTS}/selection/tag_rates/{{sample}}.json", sample=BACKGROUNDS
        ),
        forced=expand(f"{RESULTS}/selection/forced/{{sample}}.json", sample=WITH_FORCED),
    output:
        tables=tabulated("summary", "Summary"),
        headline=f"{RESULTS}/summary.json",
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
        reference=LOOKS["reference"],
        backgrounds=BACKGROUNDS,
        forced=WITH_FORCED,
        things=things("categories", "taggers", "signals"),
    message:
        "Collecting the key numbers"
    script:
        "scripts/summary.py"


rule figure_m_ee_lineshape:
    input:
        events=FILES.of_parts("skimming/{sample}/events-{part}.parquet", SIGNALS),
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
        code=code_of("figure_m_ee_lineshape"),
        samples=FILES.samples_of_parts(SIGNALS),
        splittings={name: run.samples[name].masses.splitting for name in SIGNALS},
        things=things("signals"),
        looks=LOOKS,
    message:
        "Drawing the mass of the electron pair"
    script:
        "scripts/figure_m_ee_lineshape.py"


rule figure_fake_composition:
    input:
        scores=scores_of([TEST_SAMPLE, *BACKGROUNDS]),
        candidates=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS),
        working_points=f"{COMBINED}/working_points.json",
    output:
        figure=drawing("fake_composition", "Tagger", "Composition of the fakes"),
        tables=tabulated("fake_rates", "Fake rates"),
    log:
        f"{LOGS}/figure_fake_composition.log",
    benchmark:
        f"{BENCHMARKS}/figure_fake_composition.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 0.6),
        runtime=minutes(10, 0.02),
    params:
        code=code_of("figure_fake_composition"),
        samples=[TEST_SAMPLE, *BACKGROUNDS],
        candidates_of=BACKGROUNDS,
        tagger=run.selection.tagger,
        working_point=run.selection.working_point,
        things=things("taggers", "signals", "backgrounds"),
        looks=LOOKS,
    message:
        "Drawing the composition of the fakes"
    script:
        "scripts/figure_fake_composition.py"


# Samples of which events are shown, and the first that has a detector of ours to be drawn in.
DISPLAYED = [*SIGNALS, *BACKGROUNDS]
IN_OUR_DETECTOR = next((name for name in DISPLAYED if SAMPLES[name].simulated), None)


def layers_of_detector(wildcards):
    """Layers of the detector response, as they stand in its file."""
    material = RESPONSES[variation_of(IN_OUR_DETECTOR)].material
    return [layer.model_dump(mode="json") for layer in material.layers]


rule figure_event_display:
    input:
        signals=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=SIGNALS),
        backgrounds=expand(
            f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS
        ),
        events=FILES.of_parts("skimming/{sample}/events-{part}.parquet", DISPLAYED),
        tracks=FILES.of_parts("skimming/{sample}/tracks-{part}.parquet", DISPLAYED),
    output:
        drawing("event_display", "Analysis", "Two events"),
    log:
        f"{LOGS}/figure_event_display.log",
    benchmark:
        f"{BENCHMARKS}/figure_event_display.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10, 0.01),
    params:
        code=code_of("figure_event_display"),
        samples=FILES.samples_of_parts(DISPLAYED),
        layers=layers_of_detector,
        things=things("signals", "backgrounds"),
        looks=LOOKS,
    message:
        "Drawing two events"
    script:
        "scripts/figure_event_display.py"


# What asks which particle a track is. A run that trains nothing may have no truth.
FIGURES_OF_TRUTH = [
    rules.figure_category_shares.output,
    rules.figure_m_ee_lineshape.output,
    expand(rules.figure_score_distributions.output, tagger=TAGGERS),
    rules.figure_roc.output,
    rules.figure_combination_comparison.output,
    expand(rules.figure_efficiency_vs_pt.output, tagger=TAGGERS),
    rules.figure_fake_composition.output,
    rules.figure_variations.output if TEST_VARIATIONS else [],
    rules.figure_event_display.output if IN_OUR_DETECTOR else [],
    rules.figure_working_point_scan.output,
]


rule figures:
    input:
        FIGURES_OF_TRUTH if TRAINS else [],
        expand(rules.figure_loss_curves.output, tagger=TRAINED),
        rules.figure_cutflow.output,
        rules.figure_mass.output,
        rules.figure_yields.output,
        rules.figure_sensitivity.output,
        rules.figure_impacts.output,
        rules.summary.output,
        rules.systematics.output if VARIATIONS else [],
