"""Rule ``figure_roc``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import roc
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    scores = dict(zip(snakemake.params.taggers, map(Path, snakemake.input), strict=True))
    curves = roc.rocs(scores, list(things.categories))
    figure = roc.draw(curves, things, config, snakemake.params.fake_rate)
    save(figure, curves, snakemake.output)
