"""Rule ``label_shuffle``."""

from itertools import starmap
from pathlib import Path
from tempfile import TemporaryDirectory

from hepchain.io import write_json
from hepchain.io.structured import plain
from hepchain.studies.label_shuffle import label_shuffle
from hepchain.studies.task import alike_by_category
from hepchain.studies.tracks import copy_category, read_tables
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task
from hepchain.workflow import gpu_fallback, job, named_pairs

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    gpu = {"gpus": snakemake.resources.gpu, "gpu_fallback": gpu_fallback(snakemake)}
    task = alike_by_category(Task.of(params, wildcards.tagger, wildcards.category, **gpu))
    category, variables, most = task.category, list(task.variables), params.max_tracks
    files = list(starmap(FeatureFile, named_pairs(params.samples, snakemake.input.features)))
    with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
        directory = Path(scratch)
        copies = copy_category(files, category, variables, directory / "features", most)
        table = read_tables(copies, {category: variables}, most)[category]
        found = label_shuffle(task, copies, table, params.shuffles, directory / "shuffles")
    write_json(snakemake.output.areas, plain(found))
