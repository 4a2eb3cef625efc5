"""Rule ``figure_loss_curves``."""

from pathlib import Path

from hepchain.figures import loss_curves
from hepchain.figures.output import figure_job, save

with figure_job(snakemake) as (things, config):
    tagger = snakemake.wildcards.tagger
    trainings = loss_curves.trainings(
        tagger,
        snakemake.params.kinds[tagger],
        map(Path, snakemake.input.models),
    )
    save(loss_curves.draw(trainings, things, config), trainings, snakemake.output)
