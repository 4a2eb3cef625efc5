"""Rule ``figure_working_point_scan``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import working_point_scan
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    scans = working_point_scan.read_scans([Path(path) for path in snakemake.input])
    tables = [path for path in snakemake.output if path.endswith((".html", ".csv"))]
    figures = [path for path in snakemake.output if path not in tables]
    save(working_point_scan.draw(scans, things, config), scans, figures)
    write_tables([working_point_scan.table(scans, things)], tables)
