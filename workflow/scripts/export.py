"""Rule ``export``."""

from hepchain.config.combination import WorkingPointsConfig
from hepchain.config.skimming import TrackSelection
from hepchain.export.export import Files, Task, export
from hepchain.workflow import job

with job(snakemake):
    params, inputs = snakemake.params, snakemake.input
    task = Task(
        tagger=snakemake.wildcards.tagger,
        kind=params.kind,
        score=params.score,
        samples=params.samples,
        groups=dict(params.groups),
        categories=dict(params.categories),
        tracks=TrackSelection.model_validate(params.tracks),
        working_points=WorkingPointsConfig.model_validate(params.working_points),
        card=params.card,
    )
    files = Files(
        models=inputs.models,
        calibration=inputs.calibration,
        features=inputs.features,
        scores=inputs.scores,
    )
    export(task, files, snakemake.output.folder)
