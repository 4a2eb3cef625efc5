"""Rule ``comparison_on_request``."""

from pathlib import Path

from hepchain.chains.soft_muons.config.tight import ResultsConfig, TightConfig
from hepchain.chains.soft_muons.figures import curves, effort
from hepchain.chains.soft_muons.results.evaluation import evaluate
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.io.structured import plain
from hepchain.seeds import generator
from hepchain.training.model import read_metadata

with figure_job(snakemake) as (things, config):
    params = snakemake.params
    found = evaluate(
        params.campaign,
        dict(zip(params.taggers, map(Path, snakemake.input.scores), strict=True)),
        TightConfig.model_validate(params.tight),
        ResultsConfig.model_validate(params.results),
        list(params.pt_edges),
        generator(params.seed, "soft_muons", params.campaign, "replicas"),
    )
    trainings = {name: [] for name in params.taggers}
    for path in snakemake.input.models:
        metadata = read_metadata(path)
        trainings[metadata.tagger].append(metadata.content)
    reference = params.results["network"]
    write_tables(effort.tables(found, trainings, reference, things), snakemake.output.tables)
    save(curves.draw_roc(plain(found), things, config), plain(found), snakemake.output.roc)
