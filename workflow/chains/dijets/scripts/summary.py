"""Rule ``summary`` of dijets."""

from pathlib import Path

from hepchain.chains.dijets.summary import summary
from hepchain.io.structured import plain, read_json, write_json
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    searches = {n: read_json(path) for n, path in zip(params.injected, files.searches, strict=True)}
    pairs = zip(params.methods, files.performance, strict=True)
    measured = {method: read_json(path) for method, path in pairs}
    pairs = zip(params.without_truth, files.correlated, strict=True)
    correlated = {method: read_json(path) for method, path in pairs}
    likelihoods = {Path(path).stem: read_json(path)["values"] for path in files.densities}
    experiments = [one for path in files.experiments for one in read_json(path)["experiments"]]
    study = read_json(files.slice[0]) if files.slice else None
    found = summary(searches, measured, correlated, likelihoods, experiments, study, params.window)
    write_json(snakemake.output[0], plain(found))
