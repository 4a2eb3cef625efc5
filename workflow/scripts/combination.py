"""Rule ``combination``."""

from hepchain.combination.combine import combine_sample
from hepchain.workflow import job

with job(snakemake):
    combine_sample(
        snakemake.input.raw,
        snakemake.input.calibration,
        snakemake.params.score,
        snakemake.output.scores,
    )
