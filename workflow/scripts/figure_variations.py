"""Rule ``figure_variations``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import variations
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    varied = map(Path, snakemake.input.varied)
    numbers = variations.variations(
        snakemake.params.tagger,
        snakemake.params.sample,
        Path(snakemake.input.nominal),
        dict(zip(snakemake.params.variations, varied, strict=True)),
        Path(snakemake.input.working_points),
        snakemake.params.working_point,
    )
    figure = variations.draw(numbers, things, config, snakemake.params.titles)
    save(figure, numbers, snakemake.output)
