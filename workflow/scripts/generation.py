"""Rule ``generation``."""

from hepchain.config.samples import Sample
from hepchain.simulation.generation.run import generate
from hepchain.workflow import job

with job(snakemake):
    generate(
        snakemake.wildcards.sample,
        Sample.model_validate(snakemake.params.sample),
        int(snakemake.wildcards.part),
        snakemake.params.events,
        snakemake.params.seed,
        snakemake.output.events,
        snakemake.output.summary,
    )
