"""Rule ``correlations``."""

from pathlib import Path

from hepchain.config.training import BalanceConfig
from hepchain.figures import correlations
from hepchain.figures.output import figure_job, save
from hepchain.training.scaling import Scaling

with figure_job(snakemake) as (things, config):
    files, params = snakemake.input, snakemake.params
    numbers = correlations.correlations(
        list(map(Path, files.features)),
        params.category,
        params.groups,
        Scaling.read(Path(files.model)),
        BalanceConfig.model_validate(params.balance),
    )
    save(correlations.draw(numbers, things, config), numbers, snakemake.output.figure)
