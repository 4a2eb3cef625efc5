"""Rule ``figure_yields``."""

from hepchain.config.figures import FiguresConfig
from hepchain.figures import yields
from hepchain.figures.output import save
from hepchain.figures.points import read_points
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    points = read_points(snakemake.input)
    save(yields.draw(points, things, config), points, snakemake.output)
