"""Rule ``response``."""

from pathlib import Path

from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond
from hepchain.workflow import job

with job(snakemake):
    respond(
        snakemake.wildcards.sample,
        int(snakemake.wildcards.part),
        snakemake.params.seed,
        training=snakemake.params.training,
        generated=Path(snakemake.input.generated),
        metadata=Path(snakemake.input.metadata),
        library=[Path(path) for path in snakemake.input.library],
        parameters=ResponseParameters.model_validate(snakemake.params.parameters),
        output=Path(snakemake.output[0]),
    )
