"""Rule ``figure_mass``."""

from pathlib import Path

from hepchain.chains.soft_electrons.figures import mass, mass_spectra
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    spectra = mass_spectra.mass_spectra(
        named_paths(things.signals, snakemake.input.signals),
        map(Path, snakemake.input.backgrounds),
        snakemake.params.veto,
        snakemake.params.luminosity,
        [Path(path) for path in snakemake.input.data],
        snakemake.params.closed_below,
    )
    figure = mass.draw(spectra, things, config, snakemake.params.luminosity)
    save(figure, spectra, snakemake.output)
