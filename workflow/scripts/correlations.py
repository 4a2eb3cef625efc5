"""Rule ``correlations``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures import correlations
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.training.scaling import Scaling
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    things = Things(**params.things)
    config = FiguresConfig.model_validate(params.looks)
    numbers = correlations.correlations(
        list(map(Path, files.features)),
        params.category,
        params.groups,
        Scaling.read(Path(files.model)),
        BalanceConfig.model_validate(params.balance),
    )
    save(correlations.draw(numbers, things, config), numbers, snakemake.output)
