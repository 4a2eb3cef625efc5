"""Rule ``mass_plane``."""

from hepchain.config.figures import FiguresConfig
from hepchain.config.mass_plane import PublishedLimit
from hepchain.figures import mass_plane
from hepchain.figures.output import save
from hepchain.figures.tabulate import write_tables
from hepchain.statistics.mass_plane import read_results
from hepchain.workflow import job

with job(snakemake):
    published = {
        name: PublishedLimit.model_validate(limit)
        for name, limit in snakemake.params.published.items()
    }
    results = read_results(snakemake.input.results)
    numbers = mass_plane.mass_plane(results, snakemake.params.strengths, published)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    save(mass_plane.draw(numbers, config), numbers, snakemake.output.figure)
    write_tables([mass_plane.table(numbers)], snakemake.output.tables)
