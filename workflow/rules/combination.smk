# Combination: raw scores, their calibration across categories, the combined score, thresholds.
#
# inputs   features of all samples but pile-up libraries, and the models of a tagger
# outputs  results/combination/{tagger}/raw/{sample}.parquet    by the models that never saw the event
#          results/combination/{tagger}/calibration.json        from the training samples
#          results/combination/{tagger}/{sample}.parquet        with log likelihood ratio and score
#          results/combination/{tagger}/working_points.json
# config   combination; training.categories, training.balance

COMBINATION = f"{RESULTS}/combination/{{tagger}}"


def features_of_sample(wildcards):
    """Features of a sample, one file a part."""
    return [
        f"{RESULTS}/features/{wildcards.sample}/features-{part}.parquet"
        for part in parts(wildcards.sample)
    ]


def scoring_code(wildcards):
    """Digest of what loads and applies this kind of taggers."""
    kind = run.training.taggers[wildcards.tagger].kind
    return digest("hepchain.combination.scoring", f"hepchain.training.taggers.{kind}")


rule scoring:
    input:
        features=features_of_sample,
        models=expand(
            rules.training.output.model,
            category=run.training.categories,
            fold=range(run.features.folds),
            allow_missing=True,
        ),
    output:
        raw=f"{COMBINATION}/raw/{{sample}}.parquet",
    log:
        f"{LOGS}/scoring/{{tagger}}-{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/scoring/{{tagger}}-{{sample}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=60,
    params:
        code=scoring_code,
    message:
        "Scoring {wildcards.sample} with {wildcards.tagger}"
    script:
        "../scripts/scoring.py"


rule calibration:
    input:
        raw=expand(
            rules.scoring.output.raw, sample=TRAINING_SAMPLES, allow_missing=True
        ),
    output:
        calibration=f"{COMBINATION}/calibration.json",
    log:
        f"{LOGS}/calibration/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/calibration/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        code=digest("hepchain.combination.calibration"),
        samples=TRAINING_SAMPLES,
        categories=run.training.categories,
        balance=run.training.balance.model_dump(mode="json"),
    message:
        "Calibrating the scores of {wildcards.tagger}"
    script:
        "../scripts/calibration.py"


rule combination:
    input:
        raw=rules.scoring.output.raw,
        calibration=rules.calibration.output.calibration,
    output:
        scores=f"{COMBINATION}/{{sample}}.parquet",
    log:
        f"{LOGS}/combination/{{tagger}}-{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/combination/{{tagger}}-{{sample}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=30,
    params:
        code=digest("hepchain.combination.combine"),
        score=run.combination.score,
    message:
        "Combining the categories of {wildcards.sample} for {wildcards.tagger}"
    script:
        "../scripts/combination.py"


rule working_points:
    input:
        scores=f"{COMBINATION}/{run.combination.working_points.sample}.parquet",
    output:
        working_points=f"{COMBINATION}/working_points.json",
    log:
        f"{LOGS}/working_points/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/working_points/{{tagger}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(1000),
        runtime=30,
    params:
        code=digest("hepchain.combination.working_points"),
        config=run.combination.working_points.model_dump(mode="json"),
        score=run.combination.score,
    message:
        "Finding the thresholds of {wildcards.tagger}"
    script:
        "../scripts/working_points.py"
