"""Rule ``figure_variations``."""

from pathlib import Path

from hepchain.figures import variations
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    numbers = variations.variations(
        snakemake.params.tagger,
        snakemake.params.sample,
        Path(snakemake.input.nominal),
        named_paths(snakemake.params.variations, snakemake.input.varied),
        Path(snakemake.input.working_points),
        snakemake.params.working_point,
    )
    figure = variations.draw(numbers, things, config, snakemake.params.titles)
    save(figure, numbers, snakemake.output)
