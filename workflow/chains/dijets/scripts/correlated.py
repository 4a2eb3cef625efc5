"""Rule ``correlated``."""

from hepchain.chains.dijets.correlated import write_correlated
from hepchain.workflow import job

with job(snakemake):
    write_correlated(snakemake.input[0], snakemake.params.share, snakemake.output[0])
