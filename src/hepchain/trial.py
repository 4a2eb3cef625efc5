"""One model of a run, trained outside the workflow: to try settings and watch how they do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from hepchain.config.chain import ChainConfig
from hepchain.config.features import FeaturesConfig
from hepchain.config.samples import Role
from hepchain.config.taggers import TaggerSettings
from hepchain.config.training import EVERY_CATEGORY, TrainingConfig
from hepchain.config.variables import Variables
from hepchain.errors import ConfigError, InputError
from hepchain.skimming.sources import parts_of, resolve_files
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task


class Trained(Protocol):
    """Configuration of a chain that trains taggers."""

    seed: int
    variables: Variables
    features: FeaturesConfig
    training: TrainingConfig


def training_part(chain: str, run: ChainConfig) -> Trained:
    """The same configuration, if the chain trains taggers.

    Raises
    ------
    ConfigError : it has no block `training`
    """
    if not hasattr(run, "training"):
        raise ConfigError(f"chain {chain}: trains no taggers, it has no block `training`")
    return cast(Trained, run)


def task_of(run: Trained, tagger: str, category: str, fold: int) -> Task:
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
    if not isinstance(settings, TaggerSettings):
        raise ConfigError(f"tagger '{tagger}': not one of {', '.join(training.trained)}")
    if category not in training.categories_of(tagger):
        known = ", ".join(training.categories_of(tagger))
        raise ConfigError(f"category '{category}' of tagger {tagger}: not one of {known}")
    if not 0 <= fold < run.features.folds:
        raise ConfigError(f"fold {fold}: not one of 0 to {run.features.folds - 1}")
    unified = category == EVERY_CATEGORY
    categories = training.categories if unified else [category]
    return Task(
        tagger=tagger,
        category=category,
        fold=fold,
        folds=run.features.folds,
        seed=run.seed,
        settings=settings,
        tracks=training.tracks,
        variables=run.variables.inputs(categories),
        gpus=training.gpu if settings.uses_gpu else 0,
        categories={name: tuple(run.variables.of_category(name)) for name in categories}
        if unified
        else {},
    )


def feature_files(run: ChainConfig, folder: Path) -> list[FeatureFile]:
    """Features of all parts of all training samples, in the order of the workflow.

    Raises
    ------
    InputError : parts of the run are missing in the folder, or others are there
    ConfigError : a sample has no files
    """
    wanted = {
        folder / sample / f"features-{part}.parquet": sample
        for sample in run.of_role(Role.TRAINING)
        for part in range(_number_of_parts(run, sample))
    }
    there = {path for sample in set(wanted.values()) for path in _parts_in(folder / sample)}
    missing = [path for path in wanted if path not in there]
    if missing:
        raise InputError(
            f"{folder}: {len(missing)} of the {len(wanted)} files of features of the training "
            f"samples are missing ({_some(missing)}); make them, `snakemake --cores 2 {missing[0]}`"
            " with the same config, or name the folder that holds them (--features)"
        )
    further = sorted(there - wanted.keys())
    if further:
        raise InputError(
            f"{folder}: holds features that are none of this config's ({_some(further)}); give the "
            "config that they were made with, or move them away"
        )
    return [FeatureFile(sample, path) for path, sample in wanted.items()]


def _number_of_parts(run: ChainConfig, sample: str) -> int:
    settings = run.samples[sample]
    if settings.files is None:
        return run.parts_of(sample)
    return len(parts_of(resolve_files(sample, settings.files), settings.files_per_part))


def _parts_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.parquet") if path.is_file()]


def _some(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(map(str, paths[:3])) + more
