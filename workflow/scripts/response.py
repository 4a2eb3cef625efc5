"""Rule ``response``."""

from pathlib import Path

from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond
from hepchain.variations import base_of
from hepchain.workflow import job

with job(snakemake):
    library = [Path(path) for path in snakemake.input.library]
    respond(
        base_of(snakemake.wildcards.sample),
        snakemake.params.seed,
        training=snakemake.params.training,
        generated=Path(snakemake.input.generated),
        metadata=Path(snakemake.input.metadata),
        library=library if snakemake.params.overlaid else None,
        parameters=ResponseParameters.model_validate(snakemake.params.parameters),
        output=Path(snakemake.output[0]),
    )
