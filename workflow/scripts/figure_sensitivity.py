"""Rule ``figure_sensitivity``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import sensitivity
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    numbers = sensitivity.sensitivity(
        [Path(path) for path in snakemake.input.results],
        dict(zip(things.signals, map(Path, snakemake.input.scores), strict=True)),
        Path(snakemake.input.working_points),
        snakemake.params.working_point,
    )
    save(sensitivity.draw(numbers, things, config), numbers, snakemake.output)
