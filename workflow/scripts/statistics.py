"""Rule ``statistics``."""

from pathlib import Path

from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import StatisticsConfig
from hepchain.statistics.zstar_job import StatisticsInputs, StatisticsOutputs, run_statistics
from hepchain.statistics.zstar_point import MassPoint
from hepchain.variations import by_sample
from hepchain.workflow import job

with job(snakemake):
    backgrounds = zip(snakemake.params.backgrounds, snakemake.input.backgrounds, strict=True)
    config = StatisticsConfig.model_validate(snakemake.params.config)
    workspaces = [Path(path) for path in snakemake.output.workspaces]
    varied = zip(snakemake.params.varied, map(Path, snakemake.input.varied), strict=True)
    data = dict(zip(snakemake.params.data, map(Path, snakemake.input.data), strict=True))
    run_statistics(
        StatisticsInputs(
            signal=Path(snakemake.input.signal),
            backgrounds={name: Path(path) for name, path in backgrounds},
            normalisations=tuple(Path(path) for path in snakemake.input.normalisations),
            varied=by_sample(dict(varied)),
            weights=dict(snakemake.params.weights),
            data=data or None,
        ),
        StatisticsOutputs(
            workspaces=dict(zip(config.approaches, workspaces, strict=True)),
            result=Path(snakemake.output.result),
            fit=Path(snakemake.output.fit),
        ),
        point=MassPoint(
            name=snakemake.wildcards.point,
            masses=HiggsinoMasses.model_validate(snakemake.params.masses),
            veto=tuple(snakemake.params.veto),
            tagger=snakemake.params.tagger,
        ),
        config=config,
        seed=snakemake.params.seed,
    )
