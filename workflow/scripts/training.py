"""Rule ``training``."""

from pathlib import Path

from hepchain.config.training import TrainingTracksConfig, tagger_settings
from hepchain.config.variables import Transformation
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from hepchain.workflow import gpu_fallback, job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    task = Task(
        tagger=wildcards.tagger,
        category=wildcards.category,
        fold=int(wildcards.fold),
        folds=params.folds,
        seed=params.seed,
        settings=tagger_settings(params.settings),
        tracks=TrainingTracksConfig.model_validate(params.tracks),
        variables={
            name: (Transformation(transformation), scale)
            for name, (transformation, scale) in params.variables.items()
        },
        gpus=snakemake.resources.gpu,
        gpu_fallback=gpu_fallback(snakemake),
        categories={name: tuple(has) for name, has in params.categories.items()},
    )
    files = zip(params.samples, map(Path, snakemake.input.features), strict=True)
    train(task, [FeatureFile(sample, path) for sample, path in files], snakemake.output.model)
