"""Rule ``figure_accuracy``."""

from pathlib import Path

from hepchain.chains.soft_muons.figures.accuracy import draw
from hepchain.figures.output import figure_job, save
from hepchain.io import read_json
from hepchain.training.model import HISTORY

with figure_job(snakemake) as (things, config):
    models = map(Path, snakemake.input.models)
    categories = snakemake.params.categories
    found = {name: read_json(path / HISTORY) for name, path in zip(categories, models, strict=True)}
    save(draw(found, things, config), found, snakemake.output)
