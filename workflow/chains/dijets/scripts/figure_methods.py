"""Rule ``figure_methods``."""

from hepchain.chains.dijets.figures.methods import draw
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (things, config):
    files, names = snakemake.input, snakemake.params.without_truth
    plain = {n: read_json(path) for n, path in zip(things.taggers, files.plain, strict=True)}
    correlated = {n: read_json(path) for n, path in zip(names, files.correlated, strict=True)}
    numbers = {"plain": plain, "correlated": correlated}
    save(draw(plain, correlated, things, config), numbers, snakemake.output)
