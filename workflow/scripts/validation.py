"""Rule ``validation_comparisons``."""

from importlib import import_module
from pathlib import Path

from hepchain.config.validation import ValidationConfig
from hepchain.validation.files import write_comparisons
from hepchain.workflow import job

with job(snakemake):
    inputs = {name: [Path(path) for path in paths] for name, paths in snakemake.input.items()}
    config = ValidationConfig.model_validate(snakemake.params.config)
    group = import_module(snakemake.params.module)
    found = group.comparisons(inputs, config, **snakemake.params.arguments)
    write_comparisons(snakemake.output.comparisons, found)
