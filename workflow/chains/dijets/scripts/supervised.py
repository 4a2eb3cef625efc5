"""Rule ``supervised``."""

import numpy as np

from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.scores import write_scores
from hepchain.chains.dijets.supervised import supervised
from hepchain.workflow import job

with job(snakemake):
    params = snakemake.params
    events = Events.read(snakemake.input[0])
    config = CwolaConfig.model_validate(params.cwola)
    scores = supervised(events, tuple(params.window), config, params.seed)
    chosen = np.isfinite(scores)
    write_scores(events, chosen, scores[chosen], snakemake.output.scores)
