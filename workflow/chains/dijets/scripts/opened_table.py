"""Rule ``opened_table``."""

from hepchain.chains.dijets.black_boxes.opening import table
from hepchain.figures.tabulate import write_tables
from hepchain.io.structured import read_json
from hepchain.workflow import job

with job(snakemake):
    write_tables([table([read_json(path) for path in snakemake.input])], snakemake.output)
