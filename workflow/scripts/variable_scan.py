"""Rule ``variable_scan``."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hepchain.config.studies import ImportanceConfig, VariableScanConfig
from hepchain.figures.output import plain
from hepchain.io import write_json
from hepchain.studies.task import study_task
from hepchain.studies.tracks import copy_category, read_tables
from hepchain.studies.variable_scan import measure, numbers_of, scan
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import gpu_fallback, job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    config = VariableScanConfig.model_validate(params.config)
    importance = ImportanceConfig.model_validate(params.importance)
    gpus = (snakemake.resources.gpu, gpu_fallback(snakemake))
    task = study_task(wildcards.tagger, wildcards.category, params, *gpus)
    category, variables, most = task.category, list(task.variables), config.max_tracks
    files, tests = (
        [FeatureFile(*pair) for pair in zip(samples, map(Path, paths), strict=True)]
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
    weights = tables[0].balanced(task.tracks.balance)
    rate, replicas = params.fake_rate, config.replicas
    found = measure(task.tagger, category, scored, tables, weights, rate, replicas, task.seed)
    write_json(snakemake.output.scan, plain(found))
