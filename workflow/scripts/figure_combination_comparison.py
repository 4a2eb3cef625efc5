"""Rule ``figure_combination_comparison``."""

from hepchain.figures import combination_comparison
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    scores = named_paths(snakemake.params.taggers, snakemake.input)
    curves = combination_comparison.combinations(scores, list(things.categories))
    figure = combination_comparison.draw(curves, things, config, snakemake.params.fake_rate)
    save(figure, curves, snakemake.output)
