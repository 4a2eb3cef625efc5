"""Rule ``figure_correlations``."""

from hepchain.figures.correlations import draw
from hepchain.figures.output import figure_job, save
from hepchain.io.records import read_record
from hepchain.studies.correlations import Correlations

with figure_job(snakemake) as (things, looks):
    numbers = read_record(Correlations, snakemake.input.numbers)
    save(draw(numbers, things, looks), numbers, snakemake.output.figure)
