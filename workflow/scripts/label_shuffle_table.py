"""Rule ``label_shuffle_table``."""

from hepchain.figures.label_shuffle import table
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.io import read_json
from hepchain.workflow import job

with job(snakemake):
    contents = [read_json(path) for path in snakemake.input]
    write_tables([table(contents, Things(**snakemake.params.things))], snakemake.output)
