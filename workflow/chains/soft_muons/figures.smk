# Figures and tables of this chain.
#
# in:   {RESULTS}/results/{campaign}.json, features, models
# out:  {RESULTS}/figures/{figure}.png (in the report), other figures.formats, .json; tables as .html, .csv
# keys: figures, results, real_muons, titles of categories

from hepchain.chains.soft_muons.config.production import ENERGIES

LOOKS = run.figures.model_dump(mode="json", exclude={"titles"})
TITLES = run.figures.titles
THINGS = {
    "categories": {
        name: run.variables.categories[name].title for name in run.training.categories
    },
    "taggers": {name: TITLES.get(name, name) for name in TAGGERS},
    "labels": {name: TITLES.get(name, name) for name in ("signal", "background")},
}
COMPARED = [run.results.network, run.results.tagger]


def drawing(figure, category, title):
    """The files of a figure: the PNG, which the report shows, other formats, the numbers drawn."""
    name = figure.removesuffix("_{campaign}").removesuffix("_{tagger}")
    shown = report(
        f"{FIGURES}/{figure}.png",
        caption=caption(name),
        category=category,
        labels={
            "figure": title,
            "campaign": "{campaign}" if "{campaign}" in figure else "",
        },
    )
    others = [suffix for suffix in run.figures.formats if suffix != "png"]
    return [shown, *(f"{FIGURES}/{figure}.{suffix}" for suffix in (*others, "json"))]


def energy_of_campaign(wildcards):
    """Centre-of-mass energy of the collisions [TeV]."""
    return ENERGIES[SAMPLES[wildcards.campaign].campaign] / 1000.0


rule figure_evaluation:
    input:
        rules.evaluation.output,
    output:
        roc=drawing("roc_{campaign}", "Tagger", "Acceptance against efficiency"),
        scores=drawing("scores_{campaign}", "Tagger", "Scores"),
        against=drawing(
            "against_pt_eta_{campaign}", "Tagger", "Efficiency against pT and eta"
        ),
        reweightings=drawing("reweightings_{campaign}", "Tagger", "Reweightings in pT"),
        observables=drawing("observables_{campaign}", "Tagger", "What it serves"),
        origins=drawing("origins_{campaign}", "Tagger", "Muons by origin"),
    log:
        f"{LOGS}/figure_evaluation/{{campaign}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_evaluation/{{campaign}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("figure_evaluation"),
        compared=COMPARED,
        tagger=run.results.tagger,
        energy=energy_of_campaign,
        reweighted=[run.results.network, *run.results.reweighted],
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the taggers of {wildcards.campaign}"
    script:
        "scripts/figure_evaluation.py"


rule figure_pt_rel:
    input:
        rules.pt_rel.output,
    output:
        fits=drawing("pt_rel_fits_{campaign}", "Calibration", "Templates of pTrel"),
        efficiencies=drawing(
            "pt_rel_efficiency_{campaign}", "Calibration", "Efficiency by pTrel"
        ),
    log:
        f"{LOGS}/figure_pt_rel/{{campaign}}.log",
    benchmark:
        f"{BENCHMARKS}/figure_pt_rel/{{campaign}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(450),
        runtime=minutes(10),
    params:
        code=code_of("figure_pt_rel"),
        tagger=run.results.tagger,
        energy=energy_of_campaign,
        things=THINGS,
        looks=LOOKS,
    message:
        "Drawing the fits of pTrel, {wildcards.campaign}"
    script:
        "scripts/figure_pt_rel.py"


rule permutation_importance:
    input:
        features=FILES.of_parts("features/{sample}/features-{part}.parquet", [MAIN]),
        models=[
            f"{RESULTS}/training/{tagger}/{category}/fold{fold}"
            for tagger in COMPARED
            for category in run.training.categories_of(tagger)
            for fold in range(run.features.folds)
        ],
    output:
        drawing("permutation_importance", "Tagger", "Importance of the inputs"),
    log:
        f"{LOGS}/permutation_importance.log",
    benchmark:
        f"{BENCHMARKS}/permutation_importance.tsv"
    threads: 1
    resources:
        mem_mb=memory(900, 4),
        runtime=minutes(20),
    params:
        code=code_of("permutation_importance"),
        campaign=MAIN,
        taggers=COMPARED,
        repetitions=run.results.permutations,
        seed=run.seed,
        things=THINGS,
        looks=LOOKS,
    message:
        "Shuffling inputs"
    script:
        "scripts/permutation_importance.py"


rule comparison:
    input:
        FILES.of_parts("features/{sample}/features-{part}.parquet", [MAIN]),
    output:
        report(
            f"{FIGURES}/real_muons.html",
            caption=caption("real_muons"),
            category="Simulation",
            labels={"table": "Simulated and reconstructed muons"},
        ),
        f"{FIGURES}/real_muons.csv",
        f"{FIGURES}/real_muons.tex",
    log:
        f"{LOGS}/comparison.log",
    benchmark:
        f"{BENCHMARKS}/comparison.tsv"
    threads: 1
    resources:
        mem_mb=memory(500, 4),
        runtime=minutes(10),
    params:
        code=code_of("comparison"),
        real=run.real_muons.model_dump(mode="json"),
        seed=run.seed,
    message:
        "Comparing simulated with reconstructed muons"
    script:
        "scripts/comparison.py"


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
        # What a step of the fit is called.
        kinds={
            name: "network" if tagger.uses_gpu else tagger.kind
            for name, tagger in run.training.taggers.items()
        },
        things={kind: THINGS[kind] for kind in ("categories", "taggers")},
        looks=LOOKS,
    message:
        "Drawing the loss curves of {wildcards.tagger}"
    script:
        in_place("scripts/figure_loss_curves.py")


rule correlations:
    input:
        features=FILES.of_parts("features/{sample}/features-{part}.parquet", [MAIN]),
        model=f"{RESULTS}/training/{run.results.network}/{MAIN}/fold0",
    output:
        numbers=f"{RESULTS}/results/correlations.json",
        assumed=f"{ASSUMED}/correlations.json",
    log:
        f"{LOGS}/correlations.log",
    benchmark:
        f"{BENCHMARKS}/correlations.tsv"
    threads: 1
    resources:
        mem_mb=memory(550, 1),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("correlations", *run.variables.modules),
        category=MAIN,
        groups={
            name: run.variables.variables[name].group
            for name in run.variables.of_category(MAIN)
        },
        balance=run.training.balance.model_dump(mode="json"),
    message:
        "Correlating the input variables"
    script:
        in_place("scripts/correlations.py")


rule figure_correlations:
    input:
        numbers=rules.correlations.output.numbers,
    output:
        figure=drawing("correlations", "Training", "Correlations of the inputs"),
    log:
        f"{LOGS}/figure_correlations.log",
    benchmark:
        f"{BENCHMARKS}/figure_correlations.tsv"
    threads: 1
    resources:
        mem_mb=memory(520),
        runtime=minutes(10),
    params:
        code=code_of("figure_correlations"),
        category=MAIN,  # that the caption names
        # Its title has the number of variables already.
        things={
            "categories": {MAIN: THINGS["categories"][MAIN].partition(",")[0]},
            "labels": THINGS["labels"],
        },
        looks=LOOKS,
    message:
        "Drawing the correlations of the input variables"
    script:
        in_place("scripts/figure_correlations.py")
