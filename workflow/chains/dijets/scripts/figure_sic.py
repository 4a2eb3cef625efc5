"""Rule ``figure_sic``."""

from hepchain.chains.dijets.figures.sic import draw
from hepchain.figures.output import figure_job, save
from hepchain.io.structured import read_json

with figure_job(snakemake) as (things, config):
    files = zip(things.taggers, snakemake.input, strict=True)
    curves = {name: read_json(path) for name, path in files}
    save(draw(curves, things, config), curves, snakemake.output)
