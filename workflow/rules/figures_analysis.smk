# Figures and tables of the analysis: candidates, yields, limits and the fits behind them.
#
# inputs   selected candidates, cut-flows, results of the mass points, numbers of other figures; each
#          rule names those it reads
# outputs  results/figures/{figure}.png (in the report), other figures.formats, .json;
#          results/figures/{table}.html (in the report), .csv
# config   as figures.smk, which includes this file


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
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=digest("hepchain.figures.systematics"),
        titles=titles(VARIATIONS),
        things=things("signals", "backgrounds"),
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
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=drawing_code("cutflow"),
        data=DATA,
        luminosity=run.statistics.luminosity,
        things=things("signals", "backgrounds", "data"),
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
        mem_mb=memory(550),
        runtime=minutes(10),
    params:
        code=drawing_code("mass"),
        veto=run.selection.candidate.mass_veto,
        closed_below=CLOSED_BELOW,
        luminosity=run.statistics.luminosity,
        things=things("signals"),
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
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=drawing_code("yields"),
        things=things("signals"),
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
        mem_mb=memory(500, 1.5),
        runtime=minutes(10, 0.02),
    params:
        code=drawing_code("sensitivity"),
        working_point=run.selection.working_point,
        things=things("signals"),
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
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=drawing_code("working_point_scan"),
        things=things("signals"),
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
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=drawing_code("impacts", "fit_correlations"),
        things=things("signals"),
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
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=digest("hepchain.figures.summary", "hepchain.figures.reference"),
        things=things("categories", "taggers", "signals"),
    message:
        "Collecting the key numbers"
    script:
        "../scripts/summary.py"
