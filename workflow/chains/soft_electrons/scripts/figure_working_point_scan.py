"""Rule ``figure_working_point_scan``."""

from pathlib import Path

from hepchain.chains.soft_electrons.figures import working_point_scan
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables

with figure_job(snakemake) as (things, config):
    scans = working_point_scan.read_scans([Path(path) for path in snakemake.input])
    save(working_point_scan.draw(scans, things, config), scans, snakemake.output.figure)
    write_tables([working_point_scan.table(scans, things)], snakemake.output.tables)
