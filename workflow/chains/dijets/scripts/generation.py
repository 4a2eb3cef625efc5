"""Rule ``generation`` of dijets."""

from hepchain.chains.dijets.config.events import EventSample
from hepchain.chains.dijets.config.response import DetectorConfig
from hepchain.chains.dijets.events.generation import generate
from hepchain.workflow import job

with job(snakemake):
    generate(
        snakemake.wildcards.name,
        EventSample.model_validate(snakemake.params.sample),
        int(snakemake.wildcards.part),
        DetectorConfig.model_validate(snakemake.params.response),
        snakemake.params.seed,
        snakemake.output[0],
    )
