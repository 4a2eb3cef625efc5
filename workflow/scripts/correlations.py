"""Rule ``correlations``."""

from pathlib import Path

from hepchain.config.training import BalanceConfig
from hepchain.io.structured import plain, write_json
from hepchain.studies.correlations import correlations
from hepchain.training.scaling import Scaling
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    numbers = correlations(
        list(map(Path, files.features)),
        params.category,
        params.groups,
        Scaling.read(Path(files.model)),
        BalanceConfig.model_validate(params.balance),
    )
    write_json(snakemake.output.numbers, plain(numbers))
