"""Rule ``validation_comparisons``."""

from pathlib import Path

from hepchain.config.validation import ValidationConfig
from hepchain.validation.groups import write_group
from hepchain.workflow import job

with job(snakemake):
    inputs = {name: [Path(path) for path in paths] for name, paths in snakemake.input.items()}
    config = ValidationConfig.model_validate(snakemake.params.config)
    write_group(snakemake.wildcards.group, inputs, config, snakemake.output.comparisons)
