"""Rule ``response``."""

from pathlib import Path

from hepchain.config.simulation import Copying
from hepchain.simulation.response.forced import ToCopy
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.run import respond
from hepchain.variations import base_of
from hepchain.workflow import job

with job(snakemake):
    params = snakemake.params
    copied = None
    if params.forced is not None:
        copying = Copying.model_validate(params.forced)
        copied = ToCopy.read(Path(snakemake.input.original), copying)
    library = [Path(path) for path in snakemake.input.library]
    respond(
        base_of(snakemake.wildcards.sample),
        params.seed,
        training=params.training,
        generated=Path(snakemake.input.generated),
        metadata=Path(snakemake.input.metadata),
        library=library if params.overlaid else None,
        parameters=ResponseParameters.model_validate(params.parameters),
        output=Path(snakemake.output[0]),
        to_copy=copied,
    )
