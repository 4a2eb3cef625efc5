"""Rule ``figure_event_classifier``."""

from pathlib import Path

from hepchain.chains.soft_electrons.figures import event_classifier
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables

with figure_job(snakemake) as (things, config):
    results = event_classifier.read_results([Path(path) for path in snakemake.input])
    save(event_classifier.draw(results, things, config), results, snakemake.output.figure)
    write_tables([event_classifier.table(results, things)], snakemake.output.tables)
