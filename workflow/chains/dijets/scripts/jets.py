"""Rule ``jets``."""

from hepchain.chains.dijets.config.events import JetsConfig
from hepchain.chains.dijets.events.table import write_table
from hepchain.workflow import job

with job(snakemake):
    write_table(
        snakemake.input[0],
        snakemake.params.labelled,
        int(snakemake.wildcards.part),
        JetsConfig.model_validate(snakemake.params.jets),
        snakemake.output[0],
    )
