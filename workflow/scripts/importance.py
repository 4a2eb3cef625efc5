"""Rule ``importance``."""

from pathlib import Path

from hepchain.combination.scoring import load_models
from hepchain.config.figures import FiguresConfig
from hepchain.config.studies import ImportanceConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures import importance
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.figures.tabulate import write_tables
from hepchain.studies.importance import importances
from hepchain.studies.tracks import read_tables
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import job

with job(snakemake):
    params, things = snakemake.params, Things(**snakemake.params.things)
    config = ImportanceConfig.model_validate(params.config)
    paths = map(Path, snakemake.input.features)
    files = [FeatureFile(*pair) for pair in zip(params.samples, paths, strict=True)]
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
    looks = FiguresConfig.model_validate(params.looks)
    figure = importance.draw(numbers, things, looks, config.shown)
    save(figure, numbers, snakemake.output.figure)
    write_tables(importance.tables(numbers, things), [snakemake.output.table])
