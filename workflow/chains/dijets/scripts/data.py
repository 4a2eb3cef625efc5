"""Rule ``data``."""

from hepchain.chains.dijets.data import write_data
from hepchain.workflow import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    background, signal = params.names
    write_data(
        (background, list(files.background)),
        None if signal is None else (signal, list(files.signal)),
        int(snakemake.wildcards.injected),
        params.folds,
        tuple(params.mass),
        snakemake.output[0],
    )
