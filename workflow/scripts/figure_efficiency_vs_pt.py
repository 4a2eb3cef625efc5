"""Rule ``figure_efficiency_vs_pt``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import efficiency_vs_pt, reference
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    numbers = efficiency_vs_pt.pt_efficiencies(
        snakemake.wildcards.tagger,
        Path(snakemake.input.scores),
        Path(snakemake.input.working_points),
        list(things.categories),
        config.pt_edges,
    )
    figure = efficiency_vs_pt.draw(numbers, things, config, reference.EFFICIENCY)
    save(figure, numbers, snakemake.output)
