"""Rule ``box_data``."""

from hepchain.chains.dijets.data import write_data
from hepchain.workflow import job

with job(snakemake):
    params, box = snakemake.params, snakemake.wildcards.box
    files = list(snakemake.input.background)
    write_data((box, files), None, 0, params.folds, tuple(params.mass), snakemake.output[0])
