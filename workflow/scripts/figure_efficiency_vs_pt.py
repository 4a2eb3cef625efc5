"""Rule ``figure_efficiency_vs_pt``."""

from pathlib import Path

from hepchain.figures import efficiency_vs_pt
from hepchain.figures.output import figure_job, save

with figure_job(snakemake) as (things, config):
    numbers = efficiency_vs_pt.pt_efficiencies(
        snakemake.wildcards.tagger,
        Path(snakemake.input.scores),
        Path(snakemake.input.working_points),
        list(things.categories),
        config.pt_edges,
    )
    save(efficiency_vs_pt.draw(numbers, things, config), numbers, snakemake.output.all)
    figure = efficiency_vs_pt.draw_categories(numbers, things, config)
    save(figure, numbers, snakemake.output.by_category)
