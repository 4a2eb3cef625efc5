"""Rule ``response``."""

from pathlib import Path

from hepchain.config.samples import Sample
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond
from hepchain.workflow import job

with job(snakemake):
    respond(
        Sample.model_validate(snakemake.params.sample),
        snakemake.wildcards.sample,
        int(snakemake.wildcards.part),
        snakemake.params.seed,
        Path(snakemake.input.generated),
        Path(snakemake.input.metadata),
        [Path(path) for path in snakemake.input.library],
        ResponseParameters.model_validate(snakemake.params.parameters),
        Path(snakemake.output[0]),
    )
