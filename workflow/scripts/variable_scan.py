"""Rule ``variable_scan``."""

from itertools import starmap
from pathlib import Path
from tempfile import TemporaryDirectory

from hepchain.config.studies import ShapleyConfig, VariableScanConfig
from hepchain.io import write_json
from hepchain.io.structured import plain
from hepchain.studies.task import alike_by_category
from hepchain.studies.tracks import copy_category, read_tables
from hepchain.studies.variable_scan import measure, numbers_of, scan
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task
from hepchain.workflow import gpu_fallback, job, named_pairs

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    config = VariableScanConfig.model_validate(params.config)
    importance = ShapleyConfig.model_validate(params.importance)
    gpu = {"gpus": snakemake.resources.gpu, "gpu_fallback": gpu_fallback(snakemake)}
    task = alike_by_category(Task.of(params, wildcards.tagger, wildcards.category, **gpu))
    category, variables, most = task.category, list(task.variables), config.max_tracks
    files, tests = (
        list(starmap(FeatureFile, named_pairs(samples, paths)))
        for samples, paths in (
            (params.samples, snakemake.input.features),
            (params.test_samples, snakemake.input.test),
        )
    )
    with TemporaryDirectory(dir=snakemake.resources.tmpdir) as scratch:
        directory = Path(scratch)
        copies = copy_category(files, category, variables, directory / "features", most)
        tables = tuple(
            read_tables(those, {category: variables}, most)[category] for those in (copies, tests)
        )
        numbers = numbers_of(config.numbers, len(variables))
        scored = scan(task, copies, tables, numbers, importance, directory / "models")
    found = measure(task, scored, tables, params.fake_rate, config.replicas)
    write_json(snakemake.output.scan, plain(found))
