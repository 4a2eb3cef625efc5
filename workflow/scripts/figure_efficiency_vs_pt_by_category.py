"""Rule ``figure_efficiency_vs_pt_by_category``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import efficiency_vs_pt_by_category
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    numbers = efficiency_vs_pt_by_category.pt_efficiencies(
        snakemake.wildcards.tagger,
        Path(snakemake.input.scores),
        Path(snakemake.input.working_points),
        list(things.categories),
        config.pt_edges,
    )
    figure = efficiency_vs_pt_by_category.draw(numbers, things, config)
    save(figure, numbers, snakemake.output)
