"""Rule ``figure_score_distributions``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import score_distributions
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    numbers = score_distributions.score_distributions(
        snakemake.wildcards.tagger,
        Path(snakemake.input.scores),
        Path(snakemake.input.working_points),
        list(things.categories),
    )
    save(score_distributions.draw(numbers, things, config), numbers, snakemake.output)
