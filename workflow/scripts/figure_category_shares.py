"""Rule ``figure_category_shares``."""

from hepchain.figures import category_shares
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_pairs

with figure_job(snakemake) as (things, config):
    files = named_pairs(snakemake.params.samples, snakemake.input.features)
    shares = [
        category_shares.category_shares(
            name, [path for sample, path in files if sample == name], list(things.categories)
        )
        for name in things.signals
    ]
    save(category_shares.draw(shares, things, config), shares, snakemake.output)
