"""Rule ``figure_roc``."""

from hepchain.figures import roc
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    scores = named_paths(snakemake.params.taggers, snakemake.input)
    curves = roc.rocs(scores, list(things.categories))
    figure = roc.draw(
        curves, things, config, snakemake.params.fake_rate, snakemake.params.reference
    )
    save(figure, curves, snakemake.output)
