"""Rule ``summary``."""

from hepchain.chains.soft_electrons.figures import headline, summary
from hepchain.config.figures import ReferenceStudy
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.io.structured import plain, read_json, write_json
from hepchain.workflow import job, named_pairs

with job(snakemake):
    numbers = summary.Numbers(
        read_json(snakemake.input.shares, list) if snakemake.input.shares else [],
        read_json(snakemake.input.rocs, list) if snakemake.input.rocs else [],
        [read_json(path) for path in snakemake.input.efficiencies],
        read_json(snakemake.input.sensitivity),
        {
            name: read_json(path)
            for name, path in named_pairs(snakemake.params.backgrounds, snakemake.input.rates)
        },
        {
            name: read_json(path)
            for name, path in named_pairs(snakemake.params.forced, snakemake.input.forced)
        },
    )
    things = Things(**snakemake.params.things)
    reference = ReferenceStudy.model_validate(snakemake.params.reference)
    tables = summary.tables(numbers, things, reference)
    write_tables(tables, snakemake.output.tables)
    write_json(snakemake.output.headline, plain(headline.headline(numbers)))
