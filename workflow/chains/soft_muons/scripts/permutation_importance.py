"""Rule ``permutation_importance``."""

from pathlib import Path

from hepchain.chains.soft_muons.figures.importance import draw
from hepchain.chains.soft_muons.results.importance import permuted
from hepchain.combination.scoring import load_models
from hepchain.figures.output import figure_job, save
from hepchain.seeds import generator

with figure_job(snakemake) as (things, config):
    params = snakemake.params
    found = {
        tagger: permuted(
            params.campaign,
            list(map(Path, snakemake.input.features)),
            load_models([path for path in snakemake.input.models if f"/{tagger}/" in path]),
            params.repetitions,
            generator(params.seed, "soft_muons", tagger, "permutations"),
        )
        for tagger in params.taggers
    }
    save(draw(found, things, config), found, snakemake.output)
