"""Rule ``figure_curves``."""

from pathlib import Path

from hepchain.chains.toy.figure import draw

from hepchain.figures.output import figure_job, save
from hepchain.figures.roc import rocs

with figure_job(snakemake) as (things, config):
    distance = snakemake.params.distance
    scores = {snakemake.params.tagger: Path(snakemake.input.scores[0])}
    curves = rocs(scores, list(things.categories))
    best = {"both": distance * 2**0.5, "single": distance}
    save(draw(curves, best, things, config), curves, snakemake.output)
