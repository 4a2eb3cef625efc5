"""One model of a run, trained outside the workflow: to try settings and watch how they do."""

from __future__ import annotations

from pathlib import Path

from hepchain.config.run import RunConfig
from hepchain.config.samples import Role
from hepchain.config.training import EVERY_CATEGORY, EnsembleConfig
from hepchain.errors import ConfigError, InputError
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task


def task_of(run: RunConfig, tagger: str, category: str, fold: int) -> Task:
    """Task of the rule ``training`` for this model, with the same seed.

    Parameters
    ----------
    category : of tracks; ``all`` for a unified tagger

    Raises
    ------
    ConfigError : the run has no such model
    """
    training = run.training
    settings = training.taggers.get(tagger)
    if settings is None or isinstance(settings, EnsembleConfig):
        raise ConfigError(f"tagger '{tagger}': not one of {', '.join(training.trained)}")
    if category not in training.categories_of(tagger):
        known = ", ".join(training.categories_of(tagger))
        raise ConfigError(f"category '{category}' of tagger {tagger}: not one of {known}")
    if not 0 <= fold < run.features.folds:
        raise ConfigError(f"fold {fold}: not one of 0 to {run.features.folds - 1}")
    unified = category == EVERY_CATEGORY
    categories = training.categories if unified else [category]
    variables = run.variables.variables
    return Task(
        tagger=tagger,
        category=category,
        fold=fold,
        folds=run.features.folds,
        seed=run.seed,
        settings=settings,
        tracks=training.tracks,
        variables={
            name: (variables[name].transformation, variables[name].scale)
            for name in run.variables.of_categories(categories)
        },
        gpus=training.gpu if settings.uses_gpu else 0,
        categories={name: tuple(run.variables.of_category(name)) for name in categories}
        if unified
        else {},
    )


def feature_files(run: RunConfig, folder: Path) -> list[FeatureFile]:
    """Features of all parts of all training samples, in the order of the workflow.

    Raises
    ------
    InputError : there are none in the folder
    """
    found = [
        FeatureFile(sample, path)
        for sample in run.of_role(Role.TRAINING)
        for path in sorted((folder / sample).glob("features-*.parquet"), key=_part)
    ]
    if not found:
        wanted = ", ".join(run.of_role(Role.TRAINING))
        raise InputError(
            f"{folder}: no features of the training samples ({wanted}); make them with "
            "`snakemake --cores 2 results/features/SAMPLE/features-0.parquet`"
        )
    return found


def _part(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
