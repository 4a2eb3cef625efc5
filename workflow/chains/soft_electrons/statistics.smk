# Statistics: expected limits and significances of a mass point.
#
# inputs   selected candidates of the signal and of all backgrounds, without and with variations of
#          the simulation, and those of the electron's own charge; of data, if their signal region
#          is open
# outputs  results/soft_electrons/statistics/{point}/workspace_{approach}.json (pyhf), one an approach
#          results/soft_electrons/statistics/{point}/result.json
#          results/soft_electrons/statistics/{point}/workspace_control_region.json: headline, both regions
#          results/soft_electrons/statistics/{point}/fit.json: pulls, impacts, correlations of the headline
#          results/soft_electrons/statistics/{point}/working_point_scan.json: other working points, fits in bins
# config   statistics; simulation.varied, weights of simulation.variations; seed;
#          selection.tagger; masses of the signal; combination.working_points; blinding

SELECTED_BACKGROUNDS = [f"{RESULTS}/selection/{name}.parquet" for name in BACKGROUNDS]
WITH_FORCED = [base_of(name) for name in forced(BACKGROUNDS)]
FORCED_CANDIDATES, SAME_SIGN_FORCED = (
    [f"{RESULTS}/selection/{folder}/{name}.parquet" for name in WITH_FORCED]
    for folder in ("forced", "same_sign_forced")
)
SAME_SIGN = [
    f"{RESULTS}/selection/same_sign/{name}.parquet"
    for name in ("{point}", *BACKGROUNDS)
]


def masses_of_point(wildcards):
    return SAMPLES[wildcards.point].masses.model_dump(mode="json")


def varied_samples(wildcards):
    """Varied samples of a mass point: of its signal and of the backgrounds."""
    return varied([wildcards.point, *BACKGROUNDS])


def varied_candidates(wildcards, folder="selection"):
    """Candidates of the varied samples of a mass point."""
    return [f"{RESULTS}/{folder}/{name}.parquet" for name in varied_samples(wildcards)]


def varied_same_sign(wildcards):
    """The same of the electron's own charge."""
    return varied_candidates(wildcards, "selection/same_sign")


# The statistics read data, in the region of each point, only once their signal region is open.
OPENED = DATA if run.blinding.open else []


rule statistics:
    input:
        nominal=[f"{RESULTS}/selection/{{point}}.parquet", *SELECTED_BACKGROUNDS],
        varied=varied_candidates,
        same_sign=SAME_SIGN,
        same_sign_varied=varied_same_sign,
        forced=FORCED_CANDIDATES,
        same_sign_forced=SAME_SIGN_FORCED,
        data=expand(f"{RESULTS}/selection/{{sample}}.parquet", sample=OPENED),
    output:
        workspaces=expand(
            f"{RESULTS}/statistics/{{{{point}}}}/workspace_{{approach}}.json",
            approach=list(run.statistics.approaches),
        ),
        result=f"{RESULTS}/statistics/{{point}}/result.json",
        fit=f"{RESULTS}/statistics/{{point}}/fit.json",
        control=f"{RESULTS}/statistics/{{point}}/workspace_control_region.json",
        assumed=f"{ASSUMED}/statistics/{{point}}.json",
    log:
        f"{LOGS}/statistics/{{point}}.log",
    benchmark:
        f"{BENCHMARKS}/statistics/{{point}}.tsv"
    wildcard_constraints:
        point=any_of([*SIGNALS, *PLANE]),
    threads: 1
    resources:
        mem_mb=memory(500, 20),
        runtime=minutes(30, 2),
    params:
        code=code_of("statistics"),
        config=run.statistics.model_dump(mode="json"),
        seed=run.seed,
        backgrounds=BACKGROUNDS,
        varied=varied_samples,
        forced=WITH_FORCED,
        data=OPENED,
        weights=run.simulation.weights,
        masses=masses_of_point,
        tagger=run.selection.tagger,
    message:
        "Limits and significances of {wildcards.point}"
    script:
        "scripts/statistics.py"


rule working_point_scan:
    input:
        signal=f"{RESULTS}/selection/{{point}}.parquet",
        backgrounds=SELECTED_BACKGROUNDS,
        hadrons=f"{RESULTS}/combination/{run.selection.tagger}/{run.combination.working_points.sample}.parquet",
    output:
        f"{RESULTS}/statistics/{{point}}/working_point_scan.json",
        assumed=f"{ASSUMED}/working_point_scan/{{point}}.json",
    log:
        f"{LOGS}/working_point_scan/{{point}}.log",
    benchmark:
        f"{BENCHMARKS}/working_point_scan/{{point}}.tsv"
    wildcard_constraints:
        point=any_of([*SIGNALS, *PLANE]),
    threads: 1
    resources:
        mem_mb=memory(500, 10),
        runtime=minutes(30, 1),
    params:
        code=code_of("working_point_scan"),
        config=run.statistics.model_dump(mode="json"),
        seed=run.seed,
        backgrounds=BACKGROUNDS,
        masses=masses_of_point,
        tagger=run.selection.tagger,
        fake_rate=run.combination.working_points.fake_rate,
    message:
        "Working points and discriminants of {wildcards.point}"
    script:
        "scripts/working_point_scan.py"
