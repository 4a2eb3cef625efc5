"""Rule ``event_classifier``."""

from pathlib import Path

from hepchain.config.event_classifier import EventClassifierConfig
from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import StatisticsConfig
from hepchain.event_classifier.zstar_job import (
    ClassifierInputs,
    ClassifierOutputs,
    run_event_classifier,
)
from hepchain.statistics.zstar_point import MassPoint
from hepchain.variations import by_sample
from hepchain.workflow import job

with job(snakemake):
    params, files, point = snakemake.params, snakemake.input, snakemake.wildcards.point
    masses = {name: HiggsinoMasses.model_validate(item) for name, item in params.points.items()}
    varied = zip(params.varied, map(Path, files.varied), strict=True)
    run_event_classifier(
        ClassifierInputs(
            signals=dict(zip(masses, map(Path, files.signals), strict=True)),
            backgrounds=dict(zip(params.backgrounds, map(Path, files.backgrounds), strict=True)),
            hadrons=Path(files.hadrons),
            varied=by_sample(dict(varied)),
            weights=dict(params.weights),
        ),
        ClassifierOutputs(
            Path(snakemake.output.result), [Path(path) for path in snakemake.output.models]
        ),
        MassPoint(point, masses[point], veto=tuple(params.veto), tagger=params.tagger),
        splittings={name: item.splitting for name, item in masses.items()},
        config=EventClassifierConfig.model_validate(params.config),
        statistics=StatisticsConfig.model_validate(params.statistics),
        seed=params.seed,
    )
