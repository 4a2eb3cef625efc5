"""Rule ``training_comparison``."""

from itertools import starmap

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import load_models
from hepchain.combination.seen import seen_tracks
from hepchain.config.training import TrainingTracksConfig
from hepchain.figures import training_comparison
from hepchain.figures.output import figure_job, save
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import named_pairs

with figure_job(snakemake) as (things, config):
    files, params = snakemake.input, snakemake.params
    tracks = seen_tracks(
        list(starmap(FeatureFile, named_pairs(params.samples, files.features))),
        load_models(files.models),
        Calibration.read(files.calibration),
        TrainingTracksConfig.model_validate(params.tracks),
    )
    numbers = training_comparison.training_comparison(
        snakemake.wildcards.tagger, tracks, list(things.categories), params.seed
    )
    save(training_comparison.draw(numbers, things, config), numbers, snakemake.output.figure)
