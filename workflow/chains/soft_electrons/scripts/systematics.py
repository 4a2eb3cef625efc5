"""Rule ``systematics``."""

from hepchain.chains.soft_electrons.figures import systematics
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    changes = systematics.yield_changes(snakemake.input)
    things = Things(**snakemake.params.things)
    write_tables([systematics.table(changes, things, snakemake.params.titles)], snakemake.output)
