"""Rule ``mass_plane``."""

from hepchain.chains.soft_electrons.config.mass_plane import PublishedLimit
from hepchain.chains.soft_electrons.figures import mass_plane
from hepchain.chains.soft_electrons.statistics.mass_plane import read_results
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables

with figure_job(snakemake) as (_, config):
    published = {
        name: PublishedLimit.model_validate(limit)
        for name, limit in snakemake.params.published.items()
    }
    results = read_results(snakemake.input.results)
    numbers = mass_plane.mass_plane(results, snakemake.params.strengths, published)
    save(mass_plane.draw(numbers, config), numbers, snakemake.output.figure)
    write_tables([mass_plane.table(numbers)], snakemake.output.tables)
