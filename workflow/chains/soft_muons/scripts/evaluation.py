"""Rule ``evaluation``."""

from pathlib import Path

from hepchain.chains.soft_muons.config.tight import ResultsConfig, TightConfig
from hepchain.chains.soft_muons.results.evaluation import evaluate
from hepchain.io import write_json
from hepchain.io.structured import plain
from hepchain.seeds import generator
from hepchain.workflow import job

with job(snakemake):
    params, campaign = snakemake.params, snakemake.wildcards.campaign
    found = evaluate(
        campaign,
        dict(zip(params.taggers, map(Path, snakemake.input), strict=True)),
        TightConfig.model_validate(params.tight),
        ResultsConfig.model_validate(params.results),
        list(params.pt_edges),
        generator(params.seed, "soft_muons", campaign, "replicas"),
    )
    write_json(snakemake.output[0], plain(found))
