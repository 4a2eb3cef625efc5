# Combination: raw scores, their calibration across categories, the combined score, thresholds.
#
# inputs   features of all samples but pile-up libraries, and the models of a tagger
# outputs  {RESULTS}/combination/{tagger}/raw/{sample}.parquet    by the models that never saw the event;
#                                                               of an ensemble, from its members';
#                                                               by an exported tagger, from its folder
#          {RESULTS}/combination/{tagger}/calibration.json        from the training samples
#                                                               (an exported tagger has both with it)
#          {RESULTS}/combination/{tagger}/{sample}.parquet        with log likelihood ratio and score
#          {RESULTS}/combination/{tagger}/working_points.json
# config   combination; training.categories, training.balance; folders of exported taggers

from hepchain.export.in_run import identity_of

COMBINATION = f"{RESULTS}/combination/{{tagger}}"
RAW = f"{COMBINATION}/raw/{{sample}}.parquet"
CALIBRATION = f"{COMBINATION}/calibration.json"


def features_of_sample(wildcards):
    """Features of a sample, one file a part."""
    return [
        f"{RESULTS}/features/{wildcards.sample}/features-{part}.parquet"
        for part in parts(wildcards.sample)
    ]


rule scoring:
    input:
        features=features_of_sample,
        models=models_of,
    output:
        raw=RAW,
        assumed=f"{ASSUMED}/scoring/{{tagger}}-{{sample}}.json",
    log:
        f"{LOGS}/scoring/{{tagger}}-{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/scoring/{{tagger}}-{{sample}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.trained),
    threads: 1
    resources:
        mem_mb=memory(450, 0.8),
        runtime=minutes(10, 0.05),
    params:
        code=code_of("scoring"),
        kept=run.combination.kept,
    message:
        "Scoring {wildcards.sample} with {wildcards.tagger}"
    script:
        "../scripts/scoring.py"


def members_of(wildcards):
    """Taggers in an ensemble."""
    return run.training.ensembles[wildcards.tagger]


def of_members(pattern):
    """Input function: files of the members of an ensemble, in order."""

    def files(wildcards):
        return expand(pattern, tagger=members_of(wildcards), sample=wildcards.sample)

    return files


rule ensemble:
    input:
        raw=of_members(RAW),
        calibrations=of_members(CALIBRATION),
    output:
        raw=RAW,
    log:
        f"{LOGS}/ensemble/{{tagger}}-{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/ensemble/{{tagger}}-{{sample}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.ensembles) or "(?!)",
    threads: 1
    resources:
        mem_mb=memory(450, 10),
        runtime=minutes(10, 0.01),
    params:
        code=code_of("ensemble"),
        members=members_of,
    message:
        "Averaging the members of {wildcards.tagger} for {wildcards.sample}"
    script:
        "../scripts/ensemble.py"


def folder_of_tagger(wildcards):
    """Folder of an exported tagger."""
    return run.training.exported[wildcards.tagger].folder


def manifest_of_tagger(wildcards):
    """Its manifest, with the digests of all other files; the content decides, not the time."""
    return ancient(f"{folder_of_tagger(wildcards)}/tagger.json")


def exported_tagger(wildcards):
    """What makes scores, wherever the folder is: which tagger, and by which of its models."""
    return {
        "identity": identity_of(folder_of_tagger(wildcards)),
        "models": run.training.exported[wildcards.tagger].models,
    }


rule exported_scoring:
    input:
        features=features_of_sample,
        manifest=manifest_of_tagger,
    output:
        raw=RAW,
        assumed=f"{ASSUMED}/exported_scoring/{{tagger}}-{{sample}}.json",
    log:
        f"{LOGS}/exported_scoring/{{tagger}}-{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/exported_scoring/{{tagger}}-{{sample}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.exported),
    threads: 1
    resources:
        mem_mb=memory(450, 0.8),
        runtime=minutes(10, 0.05),
    params:
        code=code_of("exported_scoring"),
        tagger=exported_tagger,
        kept=run.combination.kept,
    message:
        "Scoring {wildcards.sample} with the exported {wildcards.tagger}"
    script:
        "../scripts/exported_scoring.py"


rule exported_tagger:
    input:
        manifest=manifest_of_tagger,
    output:
        calibration=CALIBRATION,
        working_points=f"{COMBINATION}/working_points.json",
    log:
        f"{LOGS}/exported_tagger/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/exported_tagger/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(run.training.exported),
    threads: 1
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code_of("exported_tagger"),
        tagger=exported_tagger,
    message:
        "Taking calibration and thresholds of the exported {wildcards.tagger}"
    script:
        "../scripts/exported_tagger.py"


# Calibrated and given thresholds by the run; an exported tagger brings both.
MEASURED = [name for name in run.training.taggers if name not in run.training.exported]


rule calibration:
    input:
        raw=expand(RAW, sample=TRAINING_SAMPLES, allow_missing=True),
    output:
        calibration=CALIBRATION,
        assumed=f"{ASSUMED}/calibration/{{tagger}}.json",
    log:
        f"{LOGS}/calibration/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/calibration/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(MEASURED),
    threads: 1
    resources:
        mem_mb=memory(400, 20),
        runtime=minutes(10, 0.1),
    params:
        code=code_of("calibration"),
        samples=TRAINING_SAMPLES,
        categories=run.training.categories,
        balance=run.training.balance.model_dump(mode="json"),
    message:
        "Calibrating the scores of {wildcards.tagger}"
    script:
        "../scripts/calibration.py"


rule combination:
    input:
        raw=RAW,
        calibration=CALIBRATION,
    output:
        scores=f"{COMBINATION}/{{sample}}.parquet",
    log:
        f"{LOGS}/combination/{{tagger}}-{{sample}}.log",
    benchmark:
        f"{BENCHMARKS}/combination/{{tagger}}-{{sample}}.tsv"
    threads: 1
    resources:
        mem_mb=memory(450, 5),
        runtime=minutes(10, 0.02),
    params:
        code=code_of("combination"),
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
        assumed=f"{ASSUMED}/working_points/{{tagger}}.json",
    log:
        f"{LOGS}/working_points/{{tagger}}.log",
    benchmark:
        f"{BENCHMARKS}/working_points/{{tagger}}.tsv"
    wildcard_constraints:
        tagger=any_of(MEASURED),
    threads: 1
    resources:
        mem_mb=memory(450, 5),
        runtime=minutes(10, 0.02),
    params:
        code=code_of("working_points"),
        config=run.combination.working_points.model_dump(mode="json"),
        score=run.combination.score,
    message:
        "Finding the thresholds of {wildcards.tagger}"
    script:
        "../scripts/working_points.py"
