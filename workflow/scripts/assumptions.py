"""Rule ``assumptions``."""

from hepchain.figures import assumptions
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    found = assumptions.read(snakemake.input, snakemake.params.folder)
    write_tables([assumptions.table(found, len(snakemake.input))], snakemake.output)
