"""Rule ``figure_score_distributions``."""

from pathlib import Path

from hepchain.figures import score_distributions
from hepchain.figures.output import figure_job, save

with figure_job(snakemake) as (things, config):
    numbers = score_distributions.score_distributions(
        snakemake.wildcards.tagger,
        Path(snakemake.input.scores),
        Path(snakemake.input.working_points),
        list(things.categories),
    )
    save(score_distributions.draw(numbers, things, config), numbers, snakemake.output)
