"""Rule ``marbles``."""

from importlib import import_module

from hepchain.workflow import job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    import_module(params.module).write(
        wildcards.sample,
        params.sample,
        params.table,
        int(wildcards.part),
        params.seed,
        snakemake.output.ntuple,
    )
