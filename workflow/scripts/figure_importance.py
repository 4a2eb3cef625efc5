"""Rule ``figure_importance``."""

from hepchain.figures import importance
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.io.records import read_record
from hepchain.studies.explained import Importances

with figure_job(snakemake) as (things, looks):
    numbers = read_record(Importances, snakemake.input.numbers)
    figure = importance.draw(numbers, things, looks, snakemake.params.shown)
    save(figure, numbers, snakemake.output.figure)
    write_tables(importance.tables(numbers, things), [snakemake.output.table])
