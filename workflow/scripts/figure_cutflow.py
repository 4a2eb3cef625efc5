"""Rule ``figure_cutflow``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import cutflow
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    luminosity = snakemake.params.luminosity
    flows = cutflow.cut_flows(
        dict(zip(things.signals, map(Path, snakemake.input.signals), strict=True)),
        dict(zip(things.backgrounds, map(Path, snakemake.input.backgrounds), strict=True)),
        dict(zip(snakemake.params.data, map(Path, snakemake.input.data), strict=True)),
    )
    tables = [path for path in snakemake.output if path.endswith((".html", ".csv"))]
    figures = [path for path in snakemake.output if path not in tables]
    save(cutflow.draw(flows, things, config, luminosity), flows, figures)
    write_tables([cutflow.table(flows, things, luminosity)], tables)
