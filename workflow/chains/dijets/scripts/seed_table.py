"""Rule ``seed_table``."""

from hepchain.chains.dijets.seeds import collected, table
from hepchain.figures.tabulate import write_tables
from hepchain.io.structured import read_json, write_json
from hepchain.workflow import job

with job(snakemake):
    params, files = snakemake.params, list(snakemake.input)
    # Files of a seed stand together.
    each = len(files) // params.number
    groups = [files[start : start + each] for start in range(0, len(files), each)]
    seeds = [
        {name: value for path in group for name, value in read_json(path).items()}
        for group in groups
    ]
    found = collected(seeds)
    write_json(snakemake.output.numbers, found)
    write_tables([table(found, params.titles, params.number)], snakemake.output.tables)
