"""Rule ``figure_yields``."""

from hepchain.chains.soft_electrons.figures import yields
from hepchain.chains.soft_electrons.figures.points import read_points
from hepchain.figures.output import figure_job, save

with figure_job(snakemake) as (things, config):
    points = read_points(snakemake.input)
    save(yields.draw(points, things, config), points, snakemake.output)
