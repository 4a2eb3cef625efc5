"""Rule ``figure_validation``."""

from hepchain.figures.output import figure_job, save
from hepchain.validation.figure import draw
from hepchain.validation.files import read_comparisons

with figure_job(snakemake) as (_, config):
    comparisons = read_comparisons(snakemake.input.comparisons)
    save(draw(comparisons, config), comparisons, snakemake.output)
