"""Rule ``figure_m_ee_lineshape``."""

from hepchain.chains.soft_electrons.figures import m_ee_lineshape
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_pairs

with figure_job(snakemake) as (things, config):
    files = named_pairs(snakemake.params.samples, snakemake.input.events)
    shapes = [
        m_ee_lineshape.line_shape(name, [path for sample, path in files if sample == name], value)
        for name, value in snakemake.params.splittings.items()
    ]
    save(m_ee_lineshape.draw(shapes, things, config), shapes, snakemake.output)
