"""Rule ``figure_cutflow``."""

from hepchain.chains.soft_electrons.figures import cutflow
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import named_paths

with figure_job(snakemake) as (things, config):
    luminosity = snakemake.params.luminosity
    flows = cutflow.cut_flows(
        named_paths(things.signals, snakemake.input.signals),
        named_paths(things.backgrounds, snakemake.input.backgrounds),
        luminosity,
        named_paths(snakemake.params.data, snakemake.input.data),
    )
    save(cutflow.draw(flows, things, config, luminosity), flows, snakemake.output.figure)
    write_tables([cutflow.table(flows, things, luminosity)], snakemake.output.tables)
