"""Rule ``figure_m_ee_lineshape``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import m_ee_lineshape
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    files = list(zip(snakemake.params.samples, map(Path, snakemake.input.events), strict=True))
    shapes = [
        m_ee_lineshape.line_shape(name, [path for sample, path in files if sample == name], value)
        for name, value in snakemake.params.splittings.items()
    ]
    save(m_ee_lineshape.draw(shapes, things, config), shapes, snakemake.output)
