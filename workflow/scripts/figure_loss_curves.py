"""Rule ``figure_loss_curves``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import loss_curves
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    tagger = snakemake.wildcards.tagger
    models = map(tuple, snakemake.params.models)
    trainings = loss_curves.trainings(
        tagger,
        snakemake.params.kinds[tagger],
        dict(zip(models, map(Path, snakemake.input.models), strict=True)),
    )
    save(loss_curves.draw(trainings, things, config), trainings, snakemake.output)
