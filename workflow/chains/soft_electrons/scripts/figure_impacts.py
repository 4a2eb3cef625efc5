"""Rule ``figure_impacts``."""

from pathlib import Path

from hepchain.chains.soft_electrons.figures import fits
from hepchain.figures.output import figure_job, save

with figure_job(snakemake) as (things, config):
    found = fits.read_fits([Path(path) for path in snakemake.input])
    save(fits.draw_impacts(found, things, config), found, snakemake.output.impacts)
    save(fits.draw_correlations(found, things, config), found, snakemake.output.correlations)
