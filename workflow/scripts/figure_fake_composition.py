"""Rule ``figure_fake_composition``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import fake_composition
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    things = Things(**params.things)
    config = FiguresConfig.model_validate(params.looks)
    numbers = fake_composition.fake_composition(
        params.tagger,
        dict(zip(params.samples, map(Path, files.scores), strict=True)),
        dict(zip(params.candidates_of, map(Path, files.candidates), strict=True)),
        Path(files.working_points),
        params.working_point,
    )
    save(fake_composition.draw(numbers, things, config), numbers, snakemake.output.figure)
    write_tables([fake_composition.table(numbers, things)], snakemake.output.tables)
