"""Rule ``figure_variable_scan``."""

from hepchain.figures import variable_scan
from hepchain.figures.output import figure_job, save
from hepchain.io import read_json

with figure_job(snakemake) as (things, looks):
    numbers = variable_scan.scans([read_json(path) for path in snakemake.input])
    figure = variable_scan.draw(numbers, things, looks)
    save(figure, numbers, snakemake.output)
