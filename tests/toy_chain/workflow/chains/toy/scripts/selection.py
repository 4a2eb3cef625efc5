"""Rule ``selection``."""

from hepchain.chains.toy.selection import select

from hepchain.io import write_json
from hepchain.workflow import job

with job(snakemake):
    numbers = select(
        list(snakemake.input.events),
        snakemake.input.scores,
        snakemake.input.working_points,
        snakemake.params.max_tilt,
        snakemake.params.luminosity,
    )
    write_json(snakemake.output[0], numbers)
