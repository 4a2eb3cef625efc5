"""Rule ``scoring_speed``."""

from hepchain.combination.scoring import load_models
from hepchain.combination.speed import write_speed
from hepchain.workflow import job

with job(snakemake):
    models = load_models(snakemake.input.models)
    write_speed(models, snakemake.input.features, snakemake.output.speed)
