"""Rule ``cwola``."""

from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.cwola import score_fold
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.scores import write_scores
from hepchain.workflow import job

with job(snakemake):
    events, fold = Events.read(snakemake.input[0]), int(snakemake.wildcards.fold)
    params = snakemake.params
    config = CwolaConfig.model_validate(params.cwola)
    scores = score_fold(events, fold, tuple(params.bands), config, params.seed)
    write_scores(events, events.fold == fold, scores, snakemake.output.scores)
