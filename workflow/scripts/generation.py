"""Rule ``generation``."""

from hepchain.simulation.generation.run import generate
from hepchain.workflow import job

with job(snakemake):
    generate(
        snakemake.wildcards.sample,
        snakemake.params.sample,
        int(snakemake.wildcards.part),
        snakemake.params.events,
        snakemake.params.seed,
        snakemake.output.events,
        snakemake.output.summary,
        snakemake.params.chain,
    )
