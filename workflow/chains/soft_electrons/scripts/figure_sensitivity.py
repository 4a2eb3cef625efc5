"""Rule ``figure_sensitivity``."""

from pathlib import Path

from hepchain.chains.soft_electrons.figures import sensitivity
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    numbers = sensitivity.sensitivity(
        [Path(path) for path in snakemake.input.results],
        named_paths(things.signals, snakemake.input.scores),
        Path(snakemake.input.working_points),
        snakemake.params.working_point,
        snakemake.params.other_working_point,
    )
    save(sensitivity.draw(numbers, things, config), numbers, snakemake.output)
