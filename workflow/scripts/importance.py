"""Rule ``importance``."""

from itertools import starmap

from hepchain.combination.scoring import load_models
from hepchain.config.studies import ShapleyConfig
from hepchain.config.training import BalanceConfig
from hepchain.io.structured import plain, write_json
from hepchain.studies.importance import importances
from hepchain.studies.tracks import read_tables
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import job, named_pairs

with job(snakemake):
    params = snakemake.params
    files = list(starmap(FeatureFile, named_pairs(params.samples, snakemake.input.features)))
    numbers = importances(
        snakemake.wildcards.tagger,
        load_models(snakemake.input.models),
        read_tables(files, params.categories, params.max_tracks),
        params.controls,
        ShapleyConfig.model_validate(params.config),
        BalanceConfig.model_validate(params.balance),
        params.seed,
    )
    write_json(snakemake.output.numbers, plain(numbers))
