"""Rule ``figure_impacts``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import fit_correlations, impacts
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    files = [Path(path) for path in snakemake.input]
    fits = impacts.read_fits(files)
    save(impacts.draw(fits, things, config), fits, snakemake.output.impacts)
    found = fit_correlations.read_correlations(files)
    save(fit_correlations.draw(found, things, config), found, snakemake.output.correlations)
