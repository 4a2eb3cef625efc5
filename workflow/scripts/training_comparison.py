"""Rule ``training_comparison``."""

from pathlib import Path

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import load_models
from hepchain.combination.seen import seen_tracks
from hepchain.config.figures import FiguresConfig
from hepchain.config.training import TrainingTracksConfig
from hepchain.figures import training_comparison
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    things = Things(**params.things)
    features = zip(params.samples, map(Path, files.features), strict=True)
    tracks = seen_tracks(
        [FeatureFile(sample, path) for sample, path in features],
        load_models(files.models),
        Calibration.read(files.calibration),
        TrainingTracksConfig.model_validate(params.tracks),
    )
    numbers = training_comparison.training_comparison(
        snakemake.wildcards.tagger, tracks, list(things.categories), params.seed
    )
    config = FiguresConfig.model_validate(params.looks)
    save(training_comparison.draw(numbers, things, config), numbers, snakemake.output)
