"""Rule ``figure_fake_composition``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import fake_composition
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    numbers = fake_composition.fake_composition(
        snakemake.params.tagger,
        dict(zip(snakemake.params.samples, map(Path, snakemake.input.scores), strict=True)),
        Path(snakemake.input.working_points),
        snakemake.params.working_point,
    )
    save(fake_composition.draw(numbers, things, config), numbers, snakemake.output)
