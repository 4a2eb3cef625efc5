"""Rule ``figure_combination_comparison``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import combination_comparison
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    scores = dict(zip(snakemake.params.taggers, map(Path, snakemake.input), strict=True))
    curves = combination_comparison.combinations(scores, list(things.categories))
    figure = combination_comparison.draw(curves, things, config, snakemake.params.fake_rate)
    save(figure, curves, snakemake.output)
