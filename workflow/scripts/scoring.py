"""Rule ``scoring``."""

from hepchain.combination.scoring import load_models, score_sample
from hepchain.workflow import job

with job(snakemake):
    models = load_models(snakemake.input.models)
    score_sample(
        snakemake.wildcards.sample,
        snakemake.input.features,
        models,
        snakemake.output.raw,
        snakemake.params.kept,
    )
