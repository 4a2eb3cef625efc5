"""Rule ``figure_fake_composition``."""

from pathlib import Path

from hepchain.chains.soft_electrons.figures import fake_composition
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    files, params = snakemake.input, snakemake.params
    numbers = fake_composition.fake_composition(
        params.tagger,
        named_paths(params.samples, files.scores),
        named_paths(params.candidates_of, files.candidates),
        Path(files.working_points),
        params.working_point,
    )
    save(fake_composition.draw(numbers, things, config), numbers, snakemake.output.figure)
    write_tables([fake_composition.table(numbers, things)], snakemake.output.tables)
