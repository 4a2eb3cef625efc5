"""Rule ``densities``."""

import numpy as np

from hepchain.chains.dijets.config.densities import DensitiesConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.densities.methods import cathode, estimate
from hepchain.chains.dijets.scores import write_scores
from hepchain.io.structured import write_json
from hepchain.workflow import job

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    events, bands = Events.read(snakemake.input[0]), tuple(params.bands)
    config = DensitiesConfig.model_validate(params.densities)
    found = estimate(events, bands, snakemake.wildcards.flow, config, params.seed)
    of_cathode = cathode(events, found, bands, config, params.seed)
    for scores, path in ((found.anode, output.anode), (of_cathode, output.cathode)):
        chosen = np.isfinite(scores)
        write_scores(events, chosen, scores[chosen], path)
    write_json(output.likelihoods, {"values": list(found.likelihoods)})
