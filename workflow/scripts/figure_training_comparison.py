"""Rule ``figure_training_comparison``."""

from hepchain.figures.output import figure_job, save
from hepchain.figures.training_comparison import draw
from hepchain.io.records import read_record
from hepchain.studies.training_comparison import TrainingComparison

with figure_job(snakemake) as (things, looks):
    numbers = read_record(TrainingComparison, snakemake.input.numbers)
    save(draw(numbers, things, looks), numbers, snakemake.output.figure)
