"""Rule ``figure_score_distributions``."""

from pathlib import Path

from hepchain.figures.output import figure_job, save
from hepchain.figures.score_distributions import draw
from hepchain.studies.score_distributions import score_distributions

with figure_job(snakemake) as (things, config):
    numbers = score_distributions(
        snakemake.wildcards.tagger,
        Path(snakemake.input.scores),
        Path(snakemake.input.working_points),
        list(things.categories),
    )
    save(draw(numbers, things, config), numbers, snakemake.output)
