"""Rule ``label_shuffle``."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hepchain.figures.output import plain
from hepchain.io import write_json
from hepchain.studies.label_shuffle import label_shuffle
from hepchain.studies.task import study_task
from hepchain.studies.tracks import copy_category, read_tables
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import gpu_fallback, job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    gpus = (snakemake.resources.gpu, gpu_fallback(snakemake))
    task = study_task(wildcards.tagger, wildcards.category, params, *gpus)
    category, variables, most = task.category, list(task.variables), params.max_tracks
    paths = map(Path, snakemake.input.features)
    files = [FeatureFile(*pair) for pair in zip(params.samples, paths, strict=True)]
    with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
        directory = Path(scratch)
        copies = copy_category(files, category, variables, directory / "features", most)
        table = read_tables(copies, {category: variables}, most)[category]
        found = label_shuffle(task, copies, table, params.shuffles, directory / "shuffles")
    write_json(snakemake.output.areas, plain(found))
