"""Rule ``figure_variable_scan``."""

from hepchain.config.figures import FiguresConfig
from hepchain.figures import variable_scan
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.io import read_json
from hepchain.workflow import job

with job(snakemake):
    numbers = variable_scan.scans([read_json(path) for path in snakemake.input])
    looks = FiguresConfig.model_validate(snakemake.params.looks)
    figure = variable_scan.draw(numbers, Things(**snakemake.params.things), looks)
    save(figure, numbers, snakemake.output)
