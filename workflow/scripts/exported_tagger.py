"""Rule ``exported_tagger``."""

from pathlib import Path

from hepchain.export.in_run import write_documents
from hepchain.workflow import job

with job(snakemake):
    write_documents(
        Path(snakemake.input.manifest).parent,
        snakemake.params.tagger["models"],
        snakemake.output.calibration,
        snakemake.output.working_points,
    )
