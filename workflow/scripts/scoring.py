"""Rule ``scoring``."""

from hepchain.combination.scoring import load_models, score_sample
from hepchain.workflow import gpu_fallback, job

with job(snakemake):
    models = load_models(snakemake.input.models, snakemake.resources.gpu, gpu_fallback(snakemake))
    score_sample(snakemake.wildcards.sample, snakemake.input.features, models, snakemake.output.raw)
