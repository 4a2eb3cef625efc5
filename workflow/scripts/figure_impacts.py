"""Rule ``figure_impacts``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import impacts
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    fits = impacts.read_fits([Path(path) for path in snakemake.input])
    save(impacts.draw(fits, things, config), fits, snakemake.output)
