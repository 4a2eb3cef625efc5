"""Rule ``summary``."""

from pathlib import Path

from hepchain.figures import reference, summary
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    numbers = summary.read_numbers(
        Path(snakemake.input.shares),
        Path(snakemake.input.rocs),
        [Path(path) for path in snakemake.input.efficiencies],
        Path(snakemake.input.sensitivity),
    )
    things = Things(**snakemake.params.things)
    tables = summary.tables(numbers, things, reference.CATEGORY_SHARES, reference.EFFICIENCY)
    write_tables(tables, snakemake.output)
