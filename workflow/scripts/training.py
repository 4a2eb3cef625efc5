"""Rule ``training``."""

from itertools import starmap

from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from hepchain.workflow import gpu_fallback, job, named_pairs

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    task = Task.of(
        params,
        wildcards.tagger,
        wildcards.category,
        int(wildcards.fold),
        gpus=snakemake.resources.gpu,
        gpu_fallback=gpu_fallback(snakemake),
    )
    pairs = named_pairs(params.samples, snakemake.input.features)
    train(task, list(starmap(FeatureFile, pairs)), snakemake.output.model)
