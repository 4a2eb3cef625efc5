"""Rule ``limits``."""

from hepchain.chains.dijets.limits import limits, table
from hepchain.figures.tabulate import write_tables
from hepchain.io.structured import plain, read_json, write_json
from hepchain.workflow import job

with job(snakemake):
    params, tables, found = snakemake.params, [], {}
    for injected, path in zip(params.injected, snakemake.input, strict=True):
        findings = read_json(path)["findings"]
        found[injected] = limits(findings)
        tables.append(table(findings, found[injected], params.windows, injected))
    write_tables(tables, snakemake.output.tables)
    write_json(snakemake.output.limits, plain(found))
