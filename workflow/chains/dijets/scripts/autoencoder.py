"""Rule ``autoencoder``."""

import numpy as np

from hepchain.chains.dijets.autoencoder import abnormality
from hepchain.chains.dijets.config.autoencoder import AutoencoderConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.scores import write_scores
from hepchain.workflow import job

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    events = Events.read(snakemake.input[0])
    config = AutoencoderConfig.model_validate(params.autoencoder)
    found = abnormality(events, tuple(params.bands), config, params.seed)
    everything = np.ones(len(events), dtype=bool)
    write_scores(events, everything, found.error, output.error)
    write_scores(events, everything, found.latent, output.latent)
