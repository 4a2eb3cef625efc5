"""Rule ``generators``."""

from pathlib import Path

from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.figures.generators import draw
from hepchain.chains.soft_muons.results.generators import dependence
from hepchain.figures.output import figure_job, save
from hepchain.io import read_json

with figure_job(snakemake) as (things, config):
    params = snakemake.params
    scores = iter(snakemake.input.scores)
    samples = {
        sample: {tagger: Path(next(scores)) for tagger in params.taggers}
        for sample in params.samples
    }
    evaluation = read_json(snakemake.input.evaluation)
    found = dependence(evaluation, samples, TightConfig.model_validate(params.tight))
    save(draw(found, params.titles, things, config), found, snakemake.output)
