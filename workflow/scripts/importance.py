"""Rule ``importance``."""

from itertools import starmap

from hepchain.combination.scoring import load_models
from hepchain.config.studies import ImportanceConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures import importance
from hepchain.figures.output import figure_job, save
from hepchain.figures.tabulate import write_tables
from hepchain.studies.importance import importances
from hepchain.studies.tracks import read_tables
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import named_pairs

with figure_job(snakemake) as (things, looks):
    params = snakemake.params
    config = ImportanceConfig.model_validate(params.config)
    files = list(starmap(FeatureFile, named_pairs(params.samples, snakemake.input.features)))
    models = load_models(snakemake.input.models)
    numbers = importances(
        snakemake.wildcards.tagger,
        models,
        read_tables(files, params.categories, params.max_tracks),
        params.controls,
        config,
        BalanceConfig.model_validate(params.balance),
        params.seed,
    )
    figure = importance.draw(numbers, things, looks, config.shown)
    save(figure, numbers, snakemake.output.figure)
    write_tables(importance.tables(numbers, things), [snakemake.output.table])
