"""Rule ``event_classifier``."""

from pathlib import Path

from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.event_classifier.job import (
    ClassifierInputs,
    ClassifierOutputs,
    run_event_classifier,
)
from hepchain.chains.soft_electrons.statistics.point import MassPoint
from hepchain.variations import by_sample
from hepchain.workflow import job, named_paths

with job(snakemake):
    params, files, point = snakemake.params, snakemake.input, snakemake.wildcards.point
    masses = {name: HiggsinoMasses.model_validate(item) for name, item in params.points.items()}
    varied = named_paths(params.varied, files.varied)
    run_event_classifier(
        ClassifierInputs(
            signals=named_paths(masses, files.signals),
            backgrounds=named_paths(params.backgrounds, files.backgrounds),
            hadrons=Path(files.hadrons),
            varied=by_sample(varied),
            weights=dict(params.weights),
        ),
        ClassifierOutputs(
            Path(snakemake.output.result), [Path(path) for path in snakemake.output.models]
        ),
        MassPoint(point, masses[point], tagger=params.tagger),
        splittings={name: item.splitting for name, item in masses.items()},
        config=EventClassifierConfig.model_validate(params.config),
        statistics=StatisticsConfig.model_validate(params.statistics),
        seed=params.seed,
    )
