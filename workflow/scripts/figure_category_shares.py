"""Rule ``figure_category_shares``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.figures import category_shares, reference
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    things = Things(**snakemake.params.things)
    config = FiguresConfig.model_validate(snakemake.params.looks)
    files = list(zip(snakemake.params.samples, map(Path, snakemake.input.features), strict=True))
    shares = [
        category_shares.category_shares(
            name, [path for sample, path in files if sample == name], list(things.categories)
        )
        for name in things.signals
    ]
    figure = category_shares.draw(shares, things, config, reference.CATEGORY_SHARES)
    save(figure, shares, snakemake.output)
