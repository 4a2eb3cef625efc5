"""Rule ``training_comparison``."""

from itertools import starmap

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import load_models
from hepchain.combination.seen import seen_tracks
from hepchain.config.training import TrainingTracksConfig
from hepchain.io.structured import plain, write_json
from hepchain.studies.training_comparison import training_comparison
from hepchain.training.tracks import FeatureFile
from hepchain.workflow import job, named_pairs

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    tracks = seen_tracks(
        list(starmap(FeatureFile, named_pairs(params.samples, files.features))),
        load_models(files.models),
        Calibration.read(files.calibration),
        TrainingTracksConfig.model_validate(params.tracks),
    )
    numbers = training_comparison(
        snakemake.wildcards.tagger, tracks, params.categories, params.seed
    )
    write_json(snakemake.output.numbers, plain(numbers))
