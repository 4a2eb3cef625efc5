"""Rule ``normalisation_table``."""

from hepchain.figures import normalisation
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    table = normalisation.table(normalisation.read(snakemake.input), snakemake.params.titles)
    write_tables([table], snakemake.output)
