"""Rule ``working_points``."""

from hepchain.combination.working_points import write_working_points
from hepchain.config.combination import WorkingPointsConfig
from hepchain.workflow import job

with job(snakemake):
    write_working_points(
        snakemake.input.scores,
        WorkingPointsConfig.model_validate(snakemake.params.config),
        snakemake.params.score,
        snakemake.output.working_points,
    )
