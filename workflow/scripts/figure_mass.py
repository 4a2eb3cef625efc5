"""Rule ``figure_mass``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import mass
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    spectra = mass.mass_spectra(
        dict(zip(things.signals, map(Path, snakemake.input.signals), strict=True)),
        map(Path, snakemake.input.backgrounds),
        snakemake.params.veto,
        [Path(path) for path in snakemake.input.data],
        snakemake.params.closed_below,
    )
    figure = mass.draw(spectra, things, config, snakemake.params.luminosity)
    save(figure, spectra, snakemake.output)
