"""Rule ``figure_event_classifier``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import event_classifier
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    results = event_classifier.read_results([Path(path) for path in snakemake.input])
    tables = [path for path in snakemake.output if path.endswith((".html", ".csv"))]
    figures = [path for path in snakemake.output if path not in tables]
    save(event_classifier.draw(results, things, config), results, figures)
    write_tables([event_classifier.table(results, things)], tables)
